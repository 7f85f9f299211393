// Whose turn it is to write a state folder while an upgrade has an old and a new process side by side: the new one
// reads and serves at once, and writes when the old one has let go.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

#include "common/flash/directory_lock.hpp"
#include "common/os/event_loop.hpp"

namespace phone::flash {

class FolderTurn {
 public:
  // Takes the folder if nobody has it. Other failures than that are the status.
  static absl::StatusOr<FolderTurn> take_or_wait(const std::filesystem::path& folder);
  FolderTurn(FolderTurn&& other) noexcept : folder_(std::move(other.folder_)), lock_(std::move(other.lock_)) {}
  ~FolderTurn() { stop(); }

  bool ours() const { return lock_.has_value(); }
  // When it is not ours yet: `taken` is called once, on the loop, as soon as it is. What was read before may have been
  // changed since. Not after stop().
  void when_taken(os::EventLoop& loop, std::function<void()> taken);
  void stop();

 private:
  explicit FolderTurn(std::filesystem::path folder) : folder_(std::move(folder)) {}
  const std::filesystem::path folder_;
  std::optional<FolderLock> lock_;
  std::unique_ptr<os::Timer> next_try_;
};

}  // namespace phone::flash

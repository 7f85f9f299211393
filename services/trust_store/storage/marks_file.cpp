// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/trust_store/storage/marks_file.hpp"

#include <limits>
#include <nlohmann/json.hpp>

#include "common/flash/state_file.hpp"

namespace phone::trust {
namespace {

constexpr char kMarksFile[] = "freshness.json";
constexpr char kMarksSpare[] = "freshness.spare.json";
constexpr std::size_t kLargestMarks = 256 * 1024;

std::string marks_text(const Marks& marks) {
  nlohmann::json array = nlohmann::json::array();
  for (const Mark& mark : marks.marks) {
    array.push_back({{"name", mark.name},
                     {"signer", mark.signer},
                     {"signed_at", mark.signed_at},
                     {"content", mark.content},
                     {"earlier", mark.earlier}});
  }
  const nlohmann::json object = {{"marks", array}, {"floor", marks.floor}, {"last_sha1", marks.last_sha1}};
  return object.dump(1, ' ', true, nlohmann::json::error_handler_t::replace);
}

bool number_into(const nlohmann::json& object, const char* key, std::uint32_t& target) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number_unsigned()) return false;
  if (found->get<std::uint64_t>() > std::numeric_limits<std::uint32_t>::max()) return false;
  target = found->get<std::uint32_t>();
  return true;
}

bool text_into(const nlohmann::json& object, const char* key, std::string& target) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_string()) return false;
  target = found->get<std::string>();
  return true;
}

std::optional<Marks> marks_in(const std::filesystem::path& file) {
  const auto content = flash::read_state(file, kLargestMarks);
  if (!content) return std::nullopt;
  const nlohmann::json object = nlohmann::json::parse(*content, nullptr, false);
  if (!object.is_object()) return std::nullopt;
  Marks result;
  if (!number_into(object, "floor", result.floor) || !text_into(object, "last_sha1", result.last_sha1)) {
    return std::nullopt;
  }
  const auto array = object.find("marks");
  if (array == object.end() || !array->is_array()) return std::nullopt;
  for (const nlohmann::json& each : *array) {
    Mark mark;
    if (!each.is_object() || !text_into(each, "name", mark.name) || !text_into(each, "signer", mark.signer) ||
        !number_into(each, "signed_at", mark.signed_at) || !text_into(each, "content", mark.content)) {
      return std::nullopt;
    }
    mark.earlier = each.contains("earlier") && each["earlier"] == true;
    result.marks.push_back(std::move(mark));
  }
  return result;
}

}  // namespace

LoadedMarks load_marks(const std::filesystem::path& directory) {
  if (auto marks = marks_in(directory / kMarksFile)) return {LoadedMarks::Found::kWhole, *std::move(marks)};
  if (auto marks = marks_in(directory / kMarksSpare)) return {LoadedMarks::Found::kSpare, *std::move(marks)};
  return {};
}

absl::Status store_marks(const std::filesystem::path& directory, const Marks& marks) {
  const std::string content = marks_text(marks);
  if (absl::Status status = flash::write_state(directory / kMarksFile, content); !status.ok()) return status;
  return flash::write_state(directory / kMarksSpare, content);
}

absl::Status leave_marks(const std::filesystem::path& directory) {
  Marks marks = load_marks(directory).marks;
  leave(marks);
  return store_marks(directory, marks);
}

}  // namespace phone::trust

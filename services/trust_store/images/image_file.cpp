// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/trust_store/images/image_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "common/tlv/reader.hpp"

namespace phone::trust {
namespace {

constexpr std::size_t kPiece = 64 * 1024;
constexpr std::size_t kLengthEnd = 10;  // VERSION and HEADERLENGTH

// Bytes from..to of the file, a piece at a time.
absl::Status read_range(int fd, std::uint64_t from, std::uint64_t to,
                        absl::FunctionRef<absl::Status(std::string_view)> take) {
  std::string piece(kPiece, '\0');
  while (from < to) {
    const std::size_t wanted = static_cast<std::size_t>(std::min<std::uint64_t>(to - from, kPiece));
    const ssize_t got = pread(fd, piece.data(), wanted, static_cast<off_t>(from));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return absl::DataLossError(absl::StrCat("image: ", std::strerror(errno)));
    if (got == 0) return absl::DataLossError("image: the file was truncated while it was read");
    const std::string_view bytes(piece.data(), static_cast<std::size_t>(got));
    if (absl::Status status = take(bytes); !status.ok()) return status;
    from += bytes.size();
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> read_string(int fd, std::uint64_t from, std::uint64_t to) {
  std::string result;
  const absl::Status status = read_range(fd, from, to, [&](std::string_view bytes) {
    result.append(bytes);
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return result;
}

absl::StatusOr<std::uint64_t> size_of(int fd) {
  struct stat state {};
  if (fstat(fd, &state) != 0) return absl::DataLossError(absl::StrCat("image: ", std::strerror(errno)));
  if (!S_ISREG(state.st_mode)) return absl::FailedPreconditionError("image: not a regular file");
  const auto size = static_cast<std::uint64_t>(state.st_size);
  if (size > kLargestImage) return absl::ResourceExhaustedError("image: larger than 512 MiB");
  if (size < kLengthEnd)
    return absl::InvalidArgumentError(absl::StrCat("image: file of ", size, " bytes is too short"));
  return size;
}

absl::StatusOr<std::string> read_header(int fd, std::uint64_t size) {
  const auto start = read_string(fd, 0, kLengthEnd);
  if (!start.ok()) return start.status();
  const auto stated = tlv::u16(std::string_view(*start).substr(8, 2));
  if (!stated.ok()) return stated.status();
  return read_string(fd, 0, std::min<std::uint64_t>(std::max<std::uint64_t>(*stated, kLengthEnd), size));
}

}  // namespace

std::string image_header(int fd) {
  const auto size = size_of(fd);
  return size.ok() ? read_header(fd, *size).value_or("") : "";
}

absl::StatusOr<MeasuredImage> measure_image(int fd) {
  const auto size = size_of(fd);
  if (!size.ok()) return size.status();
  const auto header = read_header(fd, *size);
  if (!header.ok()) return header.status();
  auto image = parse_image(*header);
  if (!image.ok()) return image.status();
  crypto::DigestStream whole(image->header.digest);
  crypto::DigestStream body(image->header.digest);
  whole.add(signed_bytes(*header, image->header));
  const absl::Status status = read_range(fd, header->size(), *size, [&](std::string_view bytes) {
    whole.add(bytes);
    body.add(bytes);
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return MeasuredImage{*std::move(image), whole.finish(), body.finish(), *size - header->size()};
}

absl::Status read_body(int fd, const MeasuredImage& measured, absl::FunctionRef<absl::Status(std::string_view)> take) {
  crypto::DigestStream body(measured.image.header.digest);
  const std::uint64_t begin = measured.image.header.length;
  const absl::Status status = read_range(fd, begin, begin + measured.body_size, [&](std::string_view bytes) {
    body.add(bytes);
    return take(bytes);
  });
  if (!status.ok()) return status;
  if (body.finish() != measured.package_digest) {
    return absl::DataLossError("image: the file was changed while it was being installed");
  }
  return absl::OkStatus();
}

}  // namespace phone::trust

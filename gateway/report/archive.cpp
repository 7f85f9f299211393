// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "gateway/report/archive.hpp"

#include <zlib.h>

#include <algorithm>
#include <cstring>

#include "absl/strings/str_format.h"

namespace phone::gateway {
namespace {

constexpr std::size_t kBlock = 512;

void pad(std::string& tar) { tar.resize((tar.size() + kBlock - 1) / kBlock * kBlock, '\0'); }

std::string header(const ReportFile& file, std::int64_t seconds) {
  std::string block(kBlock, '\0');
  const auto put = [&block](std::size_t at, const std::string& text) { block.replace(at, text.size(), text); };
  put(0, file.name.substr(0, 99));
  put(100, "0000644");
  put(108, "0000000");
  put(116, "0000000");
  put(124, absl::StrFormat("%011o", file.content.size()));
  put(136, absl::StrFormat("%011o", std::max<std::int64_t>(seconds, 0)));
  put(148, "        ");
  put(156, "0");
  put(257, std::string("ustar\0"
                       "00",
                       8));
  unsigned sum = 0;
  for (const char c : block) sum += static_cast<unsigned char>(c);
  put(148, absl::StrFormat("%06o", sum));
  block[154] = '\0';
  return block;
}

std::string gzip(const std::string& bytes) {
  constexpr int kGzipWindow = 15 + 16;
  z_stream stream{};
  if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) != Z_OK) return {};
  std::string packed(deflateBound(&stream, bytes.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));  // zlib only reads it
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  const bool done = deflate(&stream, Z_FINISH) == Z_STREAM_END;
  packed.resize(done ? stream.total_out : 0);
  deflateEnd(&stream);
  return packed;
}

}  // namespace

std::string tar_gz(const std::vector<ReportFile>& files, std::int64_t seconds) {
  std::string tar;
  for (const ReportFile& file : files) {
    tar += header(file, seconds);
    tar += file.content;
    pad(tar);
  }
  tar.append(2 * kBlock, '\0');
  return gzip(tar);
}

}  // namespace phone::gateway

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// foreign_text.hpp -- text that came from outside the phone (a caller's name, a file's element, a neighbour's system
// name), made fit for a protobuf string, a log line and a screen. Called where the text enters, before anything keeps
// it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace phone::text {

// Bytes of the longest foreign text that is kept where the place has no limit of its own.
inline constexpr size_t kForeignTextLimit = 256;

// Valid UTF-8 (RFC 3629) of at most `limit` bytes, cut between characters. Each byte that is not UTF-8 becomes U+FFFD,
// each run of controls (C0, DEL, C1, line and paragraph separators) one space, and characters that turn or hide the
// text around them (bidirectional overrides and isolates, zero-width characters, tags, noncharacters) are left out.
// Total; reads no more than a small multiple of `limit`, however long the input is.
std::string clean(std::string_view foreign, size_t limit = kForeignTextLimit);

// Valid UTF-8 without a control character, bidirectional override or noncharacter: what clean() leaves as it is, but
// for its length.
bool is_clean(std::string_view text);

// At most `limit` bytes of it, everything that is not printable ASCII replaced by "?".
std::string printable(std::string_view foreign, size_t limit = kForeignTextLimit);

}  // namespace phone::text

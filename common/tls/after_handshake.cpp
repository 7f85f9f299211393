// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/tls/after_handshake.hpp"

#include "common/os/steady_time.hpp"

namespace phone::tls {

void AfterHandshake::watch(SSL* ssl) {
  since_ = os::steady_now();
  SSL_set_msg_callback(ssl, &AfterHandshake::on_message);
  SSL_set_msg_callback_arg(ssl, this);
}

void AfterHandshake::on_message(int sent, int, int type, const void*, std::size_t, SSL* ssl, void* self) {
  auto& after = *static_cast<AfterHandshake*>(self);
  if (sent != 0 || type != SSL3_RT_HANDSHAKE || after.too_many_) return;
  if (++after.messages_ <= kMost + (os::steady_now() - after.since_) / kOneMore) return;
  after.too_many_ = true;
  SSL_clear_mode(ssl, SSL_MODE_AUTO_RETRY);  // the read that is under way ends here
}

}  // namespace phone::tls

// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "gateway/web/server/session.hpp"

#include <absl/time/clock.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <cstdio>
#include <utility>

#include "gateway/web/request/connect.hpp"
#include "gateway/web/server/head.hpp"

namespace phone::gateway::web {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::size_t kReadAhead = 2048;
constexpr std::size_t kMostChecks = 2;  // of passwords, at a time: as many as the gateway takes
constexpr std::size_t kMostDrained = std::size_t{64} * 1024;
// Of all methods; each has its own below it.
constexpr std::size_t kLargestBody = std::size_t{512} * 1024;

beast::string_view to_beast(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

void Gate::post(std::function<void()> handler) {
  const std::lock_guard lock(mutex_);
  if (io_ != nullptr) asio::post(*io_, std::move(handler));
}

void Gate::shut() {
  const std::lock_guard lock(mutex_);
  io_ = nullptr;
}

Session::Session(asio::ip::tcp::socket socket, Shared& shared, Visitor visitor)
    : stream_(std::move(socket)), shared_(shared), visitor_(std::move(visitor)), door_(shared.door) {
  door_.hosts.insert(door_.hosts.end(), visitor_.hosts.begin(), visitor_.hosts.end());
}

Session::~Session() {
  if (messages_) --shared_.streams;
}

void Session::wait_for_request() {
  parser_.reset();
  if (buffer_.size() > 0) return read_header();
  stream_.expires_after(shared_.limits.idle);
  stream_.async_read_some(buffer_.prepare(kReadAhead),
                          [self = shared_from_this()](beast::error_code error, std::size_t size) {
                            if (error) return self->close();
                            self->buffer_.commit(size);
                            self->read_header();
                          });
}

void Session::read_header() {
  parser_.emplace();
  parser_->header_limit(static_cast<std::uint32_t>(shared_.limits.header_bytes));
  parser_->body_limit(kLargestBody);
  stream_.expires_after(shared_.limits.header);
  http::async_read_header(
      stream_, buffer_, *parser_, [self = shared_from_this()](beast::error_code error, std::size_t) {
        if (error == http::error::body_limit)
          return self->serve(Refusal{413, absl::StatusCode::kResourceExhausted, "the request is too large"});
        if (error == http::error::header_limit)
          return self->serve(Refusal{431, absl::StatusCode::kResourceExhausted, "the header is too large"});
        if (error.category() == make_error_code(http::error::bad_method).category() &&
            error != http::error::end_of_stream)
          return self->serve(Refusal{400, absl::StatusCode::kInvalidArgument, "this is not HTTP"});
        if (error) return self->close();
        self->keep_alive_ = self->parser_->get().keep_alive();
        Route asked = route(head_of(self->parser_->get()), self->door_);
        const bool trusted = self->shared_.admin == nullptr || self->visitor_.proven;
        trusted || std::holds_alternative<Refusal>(asked) ? self->dispatch(std::move(asked))
                                                          : self->prove(std::move(asked));
      });
}

void Session::dispatch(Route asked) {
  std::visit([&](auto one) { serve(std::move(one)); }, std::move(asked));
}

// Before a body is read. The field is wiped: nothing looks at it again.
void Session::prove(Route asked) {
  const auto field = parser_->get()[http::field::authorization];
  const std::string_view said(field.data(), field.size());
  auto password = password_of(said);
  if (!password) return challenge("sign in with the phone's password, or show a client certificate");
  std::string key = shared_.admin->proven.key_of(said);
  OPENSSL_cleanse(const_cast<char*>(field.data()), field.size());
  if (shared_.admin->proven.knows(key, absl::Now())) return dispatch(std::move(asked));
  if (shared_.admin->checking >= kMostChecks)
    return serve(Refusal{429, absl::StatusCode::kResourceExhausted, "other passwords are being checked; try again"});
  ++shared_.admin->checking;
  shared_.admin->port.check_password(
      *password, visitor_.from,
      [weak = weak_from_this(), gate = shared_.gate, &shared = shared_, asked = std::move(asked),
       key = std::move(key)](absl::StatusOr<AdminPort::Verdict> verdict) {
        gate->post([weak, &shared, asked, key, verdict = std::move(verdict)]() mutable {
          --shared.admin->checking;
          if (const auto self = weak.lock()) self->judged(std::move(asked), std::move(key), std::move(verdict));
        });
      });
}

void Session::judged(Route asked, std::string key, absl::StatusOr<AdminPort::Verdict> verdict) {
  if (!verdict.ok())
    return serve(Refusal{503, absl::StatusCode::kUnavailable, "the password cannot be checked now; try again"});
  if (verdict->right) {
    shared_.admin->proven.remember(std::move(key), absl::Now());
    return dispatch(std::move(asked));
  }
  if (verdict->wait.count() == 0) return challenge(verdict->reason);
  answer(429, kJson, error_json(absl::ResourceExhaustedError(verdict->reason)), true,
         Field{http::field::retry_after, std::to_string(verdict->wait.count())});
}

void Session::challenge(const std::string& reason) {
  answer(401, kJson, error_json(absl::UnauthenticatedError(reason)), true,
         Field{http::field::www_authenticate, "Basic realm=\"phone\", charset=\"UTF-8\""});
}

void Session::serve(const MetricsRoute&) {
  if (parser_->content_length().value_or(0) > 0)
    return serve(Refusal{400, absl::StatusCode::kInvalidArgument, "GET has no body"});
  shared_.admin->port.metrics([run = on_our_thread()](absl::StatusOr<std::string> text) {
    run([text = std::move(text)](Session& session) {
      text.ok() ? session.answer(200, "text/plain; version=0.0.4; charset=utf-8", *text)
                : session.refuse(text.status());
    });
  });
}

void Session::serve(const Refusal& refusal) {
  // The body, if there is one, is not read: the connection ends.
  answer(refusal.http_status, kJson, error_json(absl::Status(refusal.code, refusal.reason)), true);
}

void Session::serve(const FileRoute& file) {
  if (parser_->content_length().value_or(0) > 0)
    return serve(Refusal{400, absl::StatusCode::kInvalidArgument, "GET has no body"});
  const auto found = shared_.site.find(file.path);
  if (found == shared_.site.end()) return answer(404, "text/plain", "there is no such file\n");
  answer(200, found->second.type, found->second.content);
}

void Session::serve(CallRoute call) {
  const auto method = shared_.gateway.find(call.service, call.method);
  if (!method) return serve(Refusal{404, absl::StatusCode::kUnimplemented, "the gateway has no such method"});
  if (method->streams != call.streams)
    return serve(Refusal{415, absl::StatusCode::kInvalidArgument, "this method needs the other Content-Type"});
  const std::size_t most = std::min(method->largest_body, kLargestBody);
  if (parser_->content_length().value_or(most + 1) > most)
    return serve(Refusal{413, absl::StatusCode::kResourceExhausted, "the request is too large"});
  read_body(std::move(call));
}

void Session::read_body(CallRoute call) {
  stream_.expires_after(shared_.limits.body);
  http::async_read(stream_, buffer_, *parser_,
                   [self = shared_from_this(), call = std::move(call)](beast::error_code error, std::size_t) {
                     if (error) return self->close();
                     call.streams ? self->open_stream(call) : self->call(call);
                   });
}

Session::OnOurThread Session::on_our_thread() {
  return [weak = weak_from_this(), gate = shared_.gate](std::function<void(Session&)> handler) {
    gate->post([weak, handler = std::move(handler)] {
      if (const auto self = weak.lock()) handler(*self);
    });
  };
}

void Session::call(const CallRoute& call) {
  shared_.gateway.call(call.service, call.method, parser_->get().body(), call.timeout,
                       [run = on_our_thread()](absl::StatusOr<std::string> reply) {
                         run([reply = std::move(reply)](Session& session) {
                           reply.ok() ? session.answer(200, kJson, *reply) : session.refuse(reply.status());
                         });
                       });
}

void Session::refuse(const absl::Status& status) { answer(http_status(status.code()), kJson, error_json(status)); }

void Session::answer(unsigned status, std::string_view type, std::string body, bool close, std::optional<Field> more) {
  if (close) keep_alive_ = false;
  response_.emplace();
  response_->result(status);
  response_->set(http::field::content_type, to_beast(type));
  set_security(*response_);
  if (more) response_->set(more->name, more->value);
  response_->keep_alive(keep_alive_);
  response_->body() = std::move(body);
  response_->prepare_payload();
  stream_.expires_after(shared_.limits.write);
  http::async_write(stream_, *response_, [self = shared_from_this()](beast::error_code error, std::size_t) {
    self->response_.reset();
    if (error) return self->close();
    if (self->keep_alive_) return self->wait_for_request();
    beast::error_code ignored;
    self->stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    self->stream_.expires_after(self->shared_.limits.linger);
    self->drain(kMostDrained);
  });
}

// Closing with unread bytes would reset the connection, and the client might never read the answer.
void Session::drain(std::size_t most) {
  buffer_.clear();
  stream_.async_read_some(buffer_.prepare(kReadAhead),
                          [self = shared_from_this(), most](beast::error_code error, std::size_t size) {
                            if (error || size > most) return self->close();
                            self->drain(most - size);
                          });
}

void Session::open_stream(const CallRoute& call) {
  if (shared_.streams >= shared_.most_streams) return refuse(absl::ResourceExhaustedError("too many streams"));
  const auto request = only_message(parser_->get().body());
  if (!request.ok()) return refuse(request.status());
  if (!shared_.openings.take(1, absl::Now()))
    return refuse(absl::ResourceExhaustedError("streams are opened too often; wait a second"));
  auto opened = shared_.gateway.open(call.service, call.method, *request, call.timeout);
  if (!opened.ok()) return refuse(opened.status());
  messages_ = *std::move(opened);
  ++shared_.streams;
  parser_.reset();
  watch_for_close();
  write_chunk(stream_header(), false);
}

// Until the stream ends the client has nothing to say; a byte ends the connection as its close does.
void Session::watch_for_close() {
  stream_.expires_never();
  stream_.async_read_some(asio::buffer(unexpected_),
                          [self = shared_from_this()](beast::error_code, std::size_t) { self->close(); });
}

void Session::next_message() {
  if (!messages_) return;  // the client went while the last one was on its way
  messages_->next([run = on_our_thread()](std::optional<std::string> message, absl::Status end) {
    run([message = std::move(message), end = std::move(end)](Session& session) {
      if (!session.messages_) return;
      session.write_chunk(chunk_of(message ? message_envelope(*message) : end_envelope(end), !message), !message);
    });
  });
}

void Session::write_chunk(std::string bytes, bool last) {
  chunk_ = std::move(bytes);
  stream_.expires_after(shared_.limits.write);
  asio::async_write(stream_, asio::buffer(chunk_),
                    [self = shared_from_this(), last](beast::error_code error, std::size_t) {
                      if (error || last) return self->close();
                      self->next_message();
                    });
}

void Session::close() {
  beast::error_code ignored;
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
  stream_.close();
  if (messages_) --shared_.streams;
  messages_.reset();
  shared_.sessions.erase(shared_from_this());
}

}  // namespace phone::gateway::web

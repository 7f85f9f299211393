#include "services/signaling/user_agent.hpp"

#include <algorithm>

#include "services/signaling/text.hpp"

namespace phone::signaling {
namespace {
constexpr char kFipsText[] = "Phone failed to register. Cert key size is not FIPS compliant";  // F36
}

UserAgent::UserAgent(Outside& outside)
    : outside_(outside),
      transactions_(outside),
      registrar_(outside, transactions_,
                 {.idle = [] { return true; },
                  .changed = [this] { changed_ = true; },
                  .registered = [](FlowId) {},
                  .alarm_accepted = [](const Alarm&) {}}) {
  transactions_.on_request(
      [this](FlowId flow, const std::string& key, const Message& request) { receive_request(flow, key, request); });
}

void UserAgent::configure(const Settings& settings, TimePoint now) {
  now_ = now;
  settings_ = settings;
  registrar_.configure(settings, now);
  changed_ = true;
}

void UserAgent::flow_up(FlowId flow, const FlowFacts& facts, TimePoint now) {
  now_ = now;
  registrar_.flow_up(flow, facts, now);
}

void UserAgent::flow_down(FlowId flow, const std::string& reason, FlowEnd end, TimePoint now) {
  now_ = now;
  registrar_.flow_down(flow, reason, end, now);
}

void UserAgent::flow_message(FlowId flow, const std::string& bytes, TimePoint now) {
  now_ = now;
  if (!registrar_.owns(flow)) return;
  Judged judged = read_message(bytes);
  switch (judged.verdict.kind) {
    case Verdict::kAccept:
      return transactions_.receive(flow, judged.message, now);
    case Verdict::kDrop:
      outside_.report("sip.dropped", Severity::kWarning, cat("a message was dropped: ", judged.verdict.phrase), {});
      return;
    case Verdict::kRefuse: {
      Message response =
          make_response(judged.message, judged.verdict.status, judged.verdict.phrase, random_token(outside_, 4));
      for (HeaderField& field : judged.verdict.extra) response.fields.push_back(std::move(field));
      outside_.send(flow, write(response));
    }
  }
}

void UserAgent::stream_opened(const std::string&, uint16_t, TimePoint) {}
void UserAgent::stream_refused(const std::string&, const std::string&, TimePoint) {}
void UserAgent::tone_played(const std::string&, Tone) {}
void UserAgent::stream_facts(const std::string&, const std::vector<StreamReport>&, TimePoint) {}

void UserAgent::on_time(TimePoint now) {
  now_ = now;
  transactions_.on_time(now);
  registrar_.on_time(now);
}

std::optional<TimePoint> UserAgent::deadline() const {
  auto first = transactions_.deadline();
  auto second = registrar_.deadline();
  return first.has_value() && second.has_value() ? std::min(first, second) : first.has_value() ? first : second;
}

StateView UserAgent::view() {
  StateView view;
  view.registrations = registrar_.views();
  view.registered = registrar_.active().has_value();
  if (!view.registered && registrar_.fips_refused()) view.display_text = kFipsText;
  return view;
}

void UserAgent::receive_request(FlowId, const std::string& key, const Message& request) {
  if (request.method == "ACK") return;
  Message response = make_response(request, request.method == "OPTIONS" ? 200 : 481, "", random_token(outside_, 4));
  if (request.method == "OPTIONS")
    response.add("Allow", std::string(allowed_methods())).add("Accept", "application/sdp");
  transactions_.respond(key, response, now_);
}

}  // namespace phone::signaling

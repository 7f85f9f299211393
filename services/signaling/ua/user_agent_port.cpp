#include "services/signaling/ua/user_agent_port.hpp"

#include "common/crypto/digest.hpp"

namespace phone::signaling {

std::string random_token(Outside& outside, size_t count) { return crypto::hex(outside.random_bytes(count)); }

}  // namespace phone::signaling

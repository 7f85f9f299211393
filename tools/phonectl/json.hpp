#pragma once

#include <google/protobuf/message.h>
#include <string>

namespace phone::phonectl {

// protobuf JSON with the field names of the .proto. `pretty` over several lines, else one line (for streams).
std::string to_json(const google::protobuf::Message& message, bool pretty);

}  // namespace phone::phonectl

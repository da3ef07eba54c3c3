#include "crypto/canonical.h"

namespace centime::crypto {

std::string_view describe(DecodeError error) {
  switch (error) {
    case DecodeError::truncated:
      return "the bytes end too early";
    case DecodeError::trailing_bytes:
      return "bytes are left over at the end";
    case DecodeError::too_long:
      return "a length or count is above its limit";
    case DecodeError::bad_text:
      return "a text is not valid UTF-8 or not of the form its field asks for";
    case DecodeError::bad_tag:
      return "an alternative or flag has an unknown value";
  }
  return "unknown";
}

}  // namespace centime::crypto

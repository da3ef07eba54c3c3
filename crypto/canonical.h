// The one encoding of every hashed, signed, stored or sent structure.
//
//   u8 u16 u32 u64 i32   big-endian, fixed width        enum      u8, known values only
//   text                 u16 length ‖ UTF-8             bool      u8 0 or 1
//   fixed bytes          as they are                    optional  u8 0, or 1 ‖ value
//   blob                 u32 length ‖ bytes             variant   u8 alternative ‖ value
//   list                 u32 count ‖ items              struct    its fields in order
//
// cereal visits the fields; these archives replace its own, which are not canonical and resize to
// whatever length the sender states. Decoding checks each length against the bytes left and the
// type's own limit before it allocates, and consumes every byte, so encode(decode(x)) == x.
#pragma once

#include <array>
#include <cereal/cereal.hpp>
#include <cstring>
#include <expected>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "crypto/bytes.h"
#include "crypto/check.h"
#include "crypto/wire_types.h"

namespace centime::crypto {

enum class DecodeError {
  truncated,       // fewer bytes than the structure needs
  trailing_bytes,  // bytes left over
  too_long,        // a length or count above the field's limit
  bad_text,        // not UTF-8, or not the field's grammar
  bad_tag,         // an unknown alternative, enumerator or flag
};
constexpr auto enum_words(DecodeError) {
  return std::to_array<std::string_view>(
      {"truncated", "trailing_bytes", "too_long", "bad_text", "bad_tag"});
}
std::string_view describe(DecodeError error);

class CanonicalWriter
    : public cereal::OutputArchive<CanonicalWriter, cereal::AllowEmptyClassElision> {
 public:
  // Appends to `out`, which must outlive the writer.
  explicit CanonicalWriter(Bytes& out) : OutputArchive(this), out_(out) {}

  void put_bytes(const void* data, std::size_t size) {
    const auto* first = static_cast<const std::uint8_t*>(data);
    out_.insert(out_.end(), first, first + size);
  }

  template <class T>
  void put_integer(T value) {
    static_assert(std::is_integral_v<T>);
    std::uint8_t buffer[sizeof(T)];
    auto rest = static_cast<std::make_unsigned_t<T>>(value);
    for (std::size_t i = sizeof(T); i-- > 0;) {
      buffer[i] = static_cast<std::uint8_t>(rest);
      if constexpr (sizeof(T) > 1) rest >>= 8;
    }
    put_bytes(buffer, sizeof(T));
  }

 private:
  Bytes& out_;
};

class CanonicalReader
    : public cereal::InputArchive<CanonicalReader, cereal::AllowEmptyClassElision> {
 public:
  // Thrown inside the archive only; `decode` turns it into its result.
  struct Failure {
    DecodeError error;
  };

  explicit CanonicalReader(BytesView bytes) : InputArchive(this), rest_(bytes) {}

  BytesView take(std::size_t size) {
    if (size > rest_.size()) fail(DecodeError::truncated);
    const BytesView taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
  }

  template <class T>
  T take_integer() {
    std::make_unsigned_t<T> value = 0;
    for (const std::uint8_t byte : take(sizeof(T))) {
      if constexpr (sizeof(T) > 1) value = static_cast<std::make_unsigned_t<T>>(value << 8);
      value = static_cast<std::make_unsigned_t<T>>(value | byte);
    }
    return static_cast<T>(value);
  }

  std::size_t left() const { return rest_.size(); }
  [[noreturn]] static void fail(DecodeError error) { throw Failure{error}; }

 private:
  BytesView rest_;
};

// cereal brings a lenient rule for enumerations, so these are met before it sees them.
template <class T>
void put_value(CanonicalWriter& archive, const T& value) {
  if constexpr (WordEnum<T>) {
    archive.put_integer(static_cast<std::uint8_t>(value));
  } else {
    archive(value);
  }
}
template <class T>
void take_value(CanonicalReader& archive, T& value) {
  if constexpr (WordEnum<T>) {
    const auto number = archive.take_integer<std::uint8_t>();
    if (number >= enum_words(value).size()) CanonicalReader::fail(DecodeError::bad_tag);
    value = static_cast<T>(number);
  } else {
    archive(value);
  }
}

// Fields come as name-value pairs; the bytes hold values only.
template <class T>
void CEREAL_SAVE_FUNCTION_NAME(CanonicalWriter& archive, const cereal::NameValuePair<T>& field) {
  put_value(archive, field.value);
}
template <class T>
void CEREAL_LOAD_FUNCTION_NAME(CanonicalReader& archive, cereal::NameValuePair<T>& field) {
  take_value(archive, field.value);
}

template <class T>
  requires std::is_integral_v<T>
void CEREAL_SAVE_FUNCTION_NAME(CanonicalWriter& archive, const T& value) {
  if constexpr (std::is_same_v<T, bool>) {
    archive.put_integer(static_cast<std::uint8_t>(value ? 1 : 0));
  } else {
    archive.put_integer(value);
  }
}
template <class T>
  requires std::is_integral_v<T>
void CEREAL_LOAD_FUNCTION_NAME(CanonicalReader& archive, T& value) {
  if constexpr (std::is_same_v<T, bool>) {
    const auto flag = archive.take_integer<std::uint8_t>();
    if (flag > 1) CanonicalReader::fail(DecodeError::bad_tag);
    value = flag == 1;
  } else {
    value = archive.take_integer<T>();
  }
}

template <IntegerLike T>
void CEREAL_SAVE_FUNCTION_NAME(CanonicalWriter& archive, const T& value) {
  archive.put_integer(value.value);
}
template <IntegerLike T>
void CEREAL_LOAD_FUNCTION_NAME(CanonicalReader& archive, T& value) {
  value.value = archive.take_integer<typename T::integer_type>();
}

template <FixedBytes T>
void CEREAL_SAVE_FUNCTION_NAME(CanonicalWriter& archive, const T& value) {
  archive.put_bytes(value.bytes.data(), value.bytes.size());
}
template <FixedBytes T>
void CEREAL_LOAD_FUNCTION_NAME(CanonicalReader& archive, T& value) {
  const BytesView taken = archive.take(value.bytes.size());
  std::memcpy(value.bytes.data(), taken.data(), taken.size());
  if constexpr (requires { value.well_formed(); }) {
    if (!value.well_formed()) CanonicalReader::fail(DecodeError::bad_text);
  }
}

template <TextLike T>
void CEREAL_SAVE_FUNCTION_NAME(CanonicalWriter& archive, const T& text) {
  check(text.value.size() <= T::max_size, "text within its limit");
  archive.put_integer(static_cast<std::uint16_t>(text.value.size()));
  archive.put_bytes(text.value.data(), text.value.size());
}
template <TextLike T>
void CEREAL_LOAD_FUNCTION_NAME(CanonicalReader& archive, T& text) {
  const auto size = archive.take_integer<std::uint16_t>();
  if (size > T::max_size) CanonicalReader::fail(DecodeError::too_long);
  const std::string_view taken = as_text(archive.take(size));
  if (!T::valid(taken)) CanonicalReader::fail(DecodeError::bad_text);
  text.value.assign(taken);
}

template <std::size_t Max>
void CEREAL_SAVE_FUNCTION_NAME(CanonicalWriter& archive, const Blob<Max>& blob) {
  check(blob.value.size() <= Max, "blob within its limit");
  archive.put_integer(static_cast<std::uint32_t>(blob.value.size()));
  archive.put_bytes(blob.value.data(), blob.value.size());
}
template <std::size_t Max>
void CEREAL_LOAD_FUNCTION_NAME(CanonicalReader& archive, Blob<Max>& blob) {
  const auto size = archive.take_integer<std::uint32_t>();
  if (size > Max) CanonicalReader::fail(DecodeError::too_long);
  const BytesView taken = archive.take(size);
  blob.value.assign(taken.begin(), taken.end());
}

template <class T, std::size_t Max>
void CEREAL_SAVE_FUNCTION_NAME(CanonicalWriter& archive, const List<T, Max>& list) {
  check(list.items.size() <= Max, "list within its limit");
  archive.put_integer(static_cast<std::uint32_t>(list.items.size()));
  for (const T& item : list.items) put_value(archive, item);
}
template <class T, std::size_t Max>
void CEREAL_LOAD_FUNCTION_NAME(CanonicalReader& archive, List<T, Max>& list) {
  const auto count = archive.take_integer<std::uint32_t>();
  if (count > Max) CanonicalReader::fail(DecodeError::too_long);
  // No item is shorter than a byte, so a forged count cannot make this allocate much.
  if (count > archive.left()) CanonicalReader::fail(DecodeError::truncated);
  list.items.clear();
  list.items.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) take_value(archive, list.items.emplace_back());
}

template <class T>
void CEREAL_SAVE_FUNCTION_NAME(CanonicalWriter& archive, const std::optional<T>& value) {
  archive.put_integer(static_cast<std::uint8_t>(value.has_value() ? 1 : 0));
  if (value) put_value(archive, *value);
}
template <class T>
void CEREAL_LOAD_FUNCTION_NAME(CanonicalReader& archive, std::optional<T>& value) {
  const auto flag = archive.take_integer<std::uint8_t>();
  if (flag > 1) CanonicalReader::fail(DecodeError::bad_tag);
  value.reset();
  if (flag == 1) take_value(archive, value.emplace());
}

template <class... Ts>
void CEREAL_SAVE_FUNCTION_NAME(CanonicalWriter& archive, const std::variant<Ts...>& value) {
  archive.put_integer(static_cast<std::uint8_t>(value.index()));
  std::visit([&](const auto& body) { archive(body); }, value);
}
template <class... Ts>
void CEREAL_LOAD_FUNCTION_NAME(CanonicalReader& archive, std::variant<Ts...>& value) {
  const auto tag = archive.take_integer<std::uint8_t>();
  if (tag >= sizeof...(Ts)) CanonicalReader::fail(DecodeError::bad_tag);
  const auto load = [&]<std::size_t... I>(std::index_sequence<I...>) {
    (void)((tag == I ? (archive(value.template emplace<I>()), true) : false) || ...);
  };
  load(std::index_sequence_for<Ts...>{});
}

// Appends the canonical bytes of `value` to `out`.
template <class T>
void encode_to(const T& value, Bytes& out) {
  CanonicalWriter writer(out);
  put_value(writer, value);
}

template <class T>
Bytes encode(const T& value) {
  Bytes out;
  encode_to(value, out);
  return out;
}

// The value whose encoding is exactly `bytes`.
template <class T>
std::expected<T, DecodeError> decode(BytesView bytes) {
  try {
    std::expected<T, DecodeError> value;
    CanonicalReader reader(bytes);
    take_value(reader, *value);
    if (reader.left() != 0) return std::unexpected(DecodeError::trailing_bytes);
    return value;
  } catch (const CanonicalReader::Failure& failure) {
    return std::unexpected(failure.error);
  }
}

}  // namespace centime::crypto

CEREAL_SETUP_ARCHIVE_TRAITS(centime::crypto::CanonicalReader, centime::crypto::CanonicalWriter)

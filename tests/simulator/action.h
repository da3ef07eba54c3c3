// Something to be done later: a call with all that it needs, held in place.
//
// A run makes millions of these; std::function would allocate for nearly every one.
#pragma once

#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

namespace centime::simulator {

class Action {
 public:
  // Bytes that a call may hold on to.
  static constexpr std::size_t held_max = 88;

  Action() = default;
  template <class Call>
    requires(!std::is_same_v<std::remove_cvref_t<Call>, Action>)
  Action(Call&& call) {  // NOLINT(google-explicit-constructor): a lambda is one.
    using Held = std::remove_cvref_t<Call>;
    static_assert(sizeof(Held) <= held_max && alignof(Held) <= alignof(std::max_align_t));
    static_assert(std::is_nothrow_move_constructible_v<Held>);
    ::new (held_) Held(std::forward<Call>(call));
    kind_ = &kind_of<Held>;
  }
  Action(Action&& other) noexcept { take(other); }
  Action& operator=(Action&& other) noexcept {
    if (this != &other) {
      drop();
      take(other);
    }
    return *this;
  }
  Action(const Action&) = delete;
  Action& operator=(const Action&) = delete;
  ~Action() { drop(); }

  // Requires that there is one.
  void operator()() { kind_->call(held_); }

 private:
  struct Kind {
    void (*call)(void*);
    void (*move)(void* from, void* to);  // Ends `from`.
    void (*drop)(void*);
  };
  template <class Held>
  static constexpr Kind kind_of = {[](void* held) { (*static_cast<Held*>(held))(); },
                                   [](void* from, void* to) {
                                     ::new (to) Held(std::move(*static_cast<Held*>(from)));
                                     static_cast<Held*>(from)->~Held();
                                   },
                                   [](void* held) { static_cast<Held*>(held)->~Held(); }};

  void take(Action& other) noexcept {
    if (other.kind_ == nullptr) return;
    other.kind_->move(other.held_, held_);
    kind_ = std::exchange(other.kind_, nullptr);
  }
  void drop() noexcept {
    if (kind_ != nullptr) kind_->drop(held_);
    kind_ = nullptr;
  }

  alignas(std::max_align_t) std::byte held_[held_max];
  const Kind* kind_ = nullptr;
};

}  // namespace centime::simulator

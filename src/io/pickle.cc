// SPDX-License-Identifier: MIT
#include "io/pickle.h"

#include <fmt/format.h>

#include <algorithm>

#include "io/pickle_rules.h"
#include "io/pickle_stack.h"
#include "stategrad/errors.h"

namespace stategrad::io {
namespace {

/// Far beyond any file of weights, whose pickle has some hundred bytes for each array.
constexpr std::size_t kMostBytes = 64 << 20;
constexpr std::size_t kMostSteps = 20'000'000;
constexpr std::size_t kLongestName = 512;
constexpr std::uint8_t kNewestProtocol = 5;

class Reader : private PickleStack {
 public:
  Reader(std::string_view bytes, const std::string& file) : PickleStack(bytes, file) {}

  Pickle read() {
    if (bytes_.size() > kMostBytes) {
      fail(fmt::format("{} bytes, at most {} are read", bytes_.size(), kMostBytes));
    }
    for (std::size_t steps = 0;; ++steps) {
      const std::uint8_t op = bytes_.opcode();
      if (op == '.') break;
      if (steps == kMostSteps) fail("more steps than any file of weights needs");
      if (!frame(op) && !number(op) && !text(op) && !container(op) && !memory(op) && !object(op)) {
        fail(fmt::format("opcode 0x{:02x} is none that a file of weights needs: refused", op));
      }
    }
    pickle_.root = pop();
    return std::move(pickle_);
  }

 private:
  // ---- opcodes, in groups; false for those of another group ----
  bool frame(std::uint8_t op) {
    if (op == 0x80) {
      const std::uint8_t protocol = bytes_.byte();
      if (protocol > kNewestProtocol) {
        fail(fmt::format("protocol {}, 2 to {} can be read", protocol, kNewestProtocol));
      }
    } else if (op == 0x95) {
      static_cast<void>(bytes_.integer<std::uint64_t>());
    } else {
      return false;
    }
    return true;
  }

  bool number(std::uint8_t op) {
    switch (op) {
      case 'N':
        push(PickleKind::kNone);
        return true;
      case 0x88:
        push(PickleKind::kBool).integer = 1;
        return true;
      case 0x89:
        push(PickleKind::kBool).integer = 0;
        return true;
      case 'J':
        push_integer(bytes_.integer<std::int32_t>());
        return true;
      case 'K':
        push_integer(bytes_.byte());
        return true;
      case 'M':
        push_integer(bytes_.integer<std::uint16_t>());
        return true;
      case 0x8a:
        long_integer(bytes_.byte());
        return true;
      case 'G':
        push(PickleKind::kReal).real = bytes_.real();
        return true;
      default:
        return false;
    }
  }
  void push_integer(std::int64_t value) { push(PickleKind::kInteger).integer = value; }
  /// Longer ones than 64 bits (seeds) are kept as bytes.
  void long_integer(std::size_t length) {
    const std::string_view digits = bytes_.take(length);
    if (length > sizeof(std::int64_t)) {
      push(PickleKind::kBytes).text = digits;
      return;
    }
    push_integer(PickleBytes::integer_of(digits));
  }

  bool text(std::uint8_t op) {
    switch (op) {
      case 'X':
        push_text(PickleKind::kText, bytes_.integer<std::uint32_t>());
        return true;
      case 0x8c:
        push_text(PickleKind::kText, bytes_.byte());
        return true;
      case 0x8d:
        push_text(PickleKind::kText, bytes_.integer<std::uint64_t>());
        return true;
      // Python 2's texts are bytes, and names of arrays.
      case 'T':
        push_text(PickleKind::kText, bytes_.integer<std::uint32_t>());
        return true;
      case 'U':
        push_text(PickleKind::kText, bytes_.byte());
        return true;
      case 'B':
        push_text(PickleKind::kBytes, bytes_.integer<std::uint32_t>());
        return true;
      case 'C':
        push_text(PickleKind::kBytes, bytes_.byte());
        return true;
      case 0x8e:
      case 0x96:
        push_text(PickleKind::kBytes, bytes_.integer<std::uint64_t>());
        return true;
      default:
        return false;
    }
  }
  void push_text(PickleKind kind, std::uint64_t length) {
    const std::string_view content = bytes_.take(length);
    push(kind).text = content;
  }

  bool container(std::uint8_t op) {
    switch (op) {
      case '(':
        marks_.push_back(stack_.size());
        return true;
      case ')':
        push(PickleKind::kTuple);
        return true;
      case ']':
      case 0x8f:
        push(PickleKind::kList);
        return true;
      case '}':
        push(PickleKind::kDict);
        return true;
      case 0x85:
      case 0x86:
      case 0x87:
        small_tuple(op - 0x84U);
        return true;
      case 't':
        push_items(PickleKind::kTuple, pop_to_mark());
        return true;
      case 0x91:
        push_items(PickleKind::kList, pop_to_mark());
        return true;
      case 'a':
        append({pop()});
        return true;
      case 'e':
      case 0x90:
        append(pop_to_mark());
        return true;
      case 's': {
        const PickleId value = pop();
        set_items({pop(), value});
        return true;
      }
      case 'u':
        set_items(pop_to_mark());
        return true;
      default:
        return false;
    }
  }
  void push_items(PickleKind kind, std::vector<PickleId> items) {
    push(kind).items = std::move(items);
  }
  void small_tuple(std::size_t count) {
    std::vector<PickleId> items(count);
    for (std::size_t i = count; i-- > 0;) items[i] = pop();
    push_items(PickleKind::kTuple, std::move(items));
  }
  void append(const std::vector<PickleId>& items) {
    std::vector<PickleId>& list = of_kind(top(), PickleKind::kList, "a list").items;
    list.insert(list.end(), items.begin(), items.end());
  }
  void set_items(const std::vector<PickleId>& items) {
    if (items.size() % 2 != 0) fail("damaged: a key without a value");
    std::vector<PickleId>& dict = of_kind(top(), PickleKind::kDict, "a dict").items;
    dict.insert(dict.end(), items.begin(), items.end());
  }

  bool memory(std::uint8_t op) {
    switch (op) {
      case '0':
        drop();
        return true;
      case '1':
        pop_to_mark();
        return true;
      case '2':
        stack_.push_back(top());
        return true;
      case 'q':
        memo_[bytes_.byte()] = top();
        return true;
      case 'r':
        memo_[bytes_.integer<std::uint32_t>()] = top();
        return true;
      case 0x94: {
        const auto number = static_cast<std::uint32_t>(memo_.size());
        memo_[number] = top();
        return true;
      }
      case 'h':
        recall(bytes_.byte());
        return true;
      case 'j':
        recall(bytes_.integer<std::uint32_t>());
        return true;
      default:
        return false;
    }
  }
  void drop() {
    if (!marks_.empty() && marks_.back() == stack_.size()) {
      marks_.pop_back();
    } else {
      pop();
    }
  }
  void recall(std::uint32_t number) {
    const auto found = memo_.find(number);
    if (found == memo_.end()) fail(fmt::format("damaged: nothing was remembered as {}", number));
    stack_.push_back(found->second);
  }

  bool object(std::uint8_t op) {
    switch (op) {
      case 'c': {
        const std::string_view module = bytes_.line();
        global(module, bytes_.line());
        return true;
      }
      case 0x93: {
        const std::string name = of_kind(pop(), PickleKind::kText, "a name").text;
        global(of_kind(pop(), PickleKind::kText, "a module").text, name);
        return true;
      }
      case 'R':
        reduce();
        return true;
      case 0x92:
        pop();
        instance();
        return true;  // Keyword arguments are dropped.
      case 0x81:
        instance();
        return true;
      case 'b':
        build();
        return true;
      case 'Q': {
        const PickleId id = pop();
        push(PickleKind::kPersistent).arguments = id;
        return true;
      }
      default:
        return false;
    }
  }
  void global(std::string_view module, std::string_view name) {
    if (module.size() + name.size() > kLongestName) fail("damaged: a name of more than a line");
    const std::string full = fmt::format("{}.{}", module, name);
    if (!is_pickle_global_allowed(module, name)) {
      fail(fmt::format("names {}, which no file of weights needs: refused, nothing was executed",
                       shown(full)));
    }
    push(PickleKind::kGlobal).text = full;
  }
  /// A name as a message can hold it: one line of printable characters.
  static std::string shown(const std::string& name) {
    constexpr std::size_t kLongest = 80;
    std::string safe = name.substr(0, kLongest);
    std::replace_if(
        safe.begin(), safe.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
    return safe;
  }
  void reduce() {
    const PickleId arguments = pop();
    of_kind(arguments, PickleKind::kTuple, "a tuple of arguments");
    const PickleId callee = pop();
    const PickleValue& called = pickle_.values[callee];
    const PickleCall call =
        called.kind == PickleKind::kGlobal ? pickle_call(called.text) : PickleCall::kForbidden;
    const std::vector<PickleId>& given = pickle_.values[arguments].items;
    const PickleId first = given.empty() ? kNoPickleValue : given.front();
    switch (call) {
      case PickleCall::kDict:
        make_dict(first);
        return;
      case PickleCall::kSet:
        if (first == kNoPickleValue) {
          push(PickleKind::kList);
        } else {
          stack_.push_back(first);
        }
        return;
      case PickleCall::kObject:
        if (first == kNoPickleValue) fail("damaged: an instance of nothing");
        push_call(PickleKind::kObject, first, arguments);
        return;
      case PickleCall::kKept:
        push_call(PickleKind::kCall, callee, arguments);
        return;
      case PickleCall::kForbidden:
        break;
    }
    fail(fmt::format("calls {}, which no file of weights needs: refused, nothing was executed",
                     called.kind == PickleKind::kGlobal ? shown(called.text) : "a value"));
  }
  void push_call(PickleKind kind, PickleId callee, PickleId arguments) {
    PickleValue& value = push(kind);
    value.callee = callee;
    value.arguments = arguments;
  }
  /// OrderedDict([[key, value], …]) or a dict without items, which opcodes fill.
  /// Of defaultdict(list) the argument is a name, which has no items.
  void make_dict(PickleId given) {
    std::vector<PickleId> items;
    if (given != kNoPickleValue) {
      for (const PickleId pair : pickle_.values[given].items) {
        const std::vector<PickleId>& both = pickle_.values[pair].items;
        if (both.size() != 2) fail("damaged: pairs of an OrderedDict were expected");
        if (++copied_ > kMostValues) fail("more values than any file of weights has");
        items.insert(items.end(), both.begin(), both.end());
      }
    }
    push_items(PickleKind::kDict, std::move(items));
  }
  void instance() {
    const PickleId arguments = pop();
    const PickleId callee = pop();
    of_kind(callee, PickleKind::kGlobal, "a class");
    push_call(PickleKind::kObject, callee, arguments);
  }
  void build() {
    const PickleId state = pop();
    PickleValue& value = pickle_.values[top()];
    // What a dict or a parameter has besides is not looked at.
    if (value.kind == PickleKind::kObject) value.state = state;
  }

  std::size_t copied_ = 0;  ///< items of dicts that were made from lists
};

}  // namespace

PickleId Pickle::find(PickleId dict, std::string_view key) const {
  if (dict == kNoPickleValue || values[dict].kind != PickleKind::kDict) return kNoPickleValue;
  const std::vector<PickleId>& items = values[dict].items;
  for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
    const PickleValue& candidate = values[items[i]];
    if (candidate.kind == PickleKind::kText && candidate.text == key) return items[i + 1];
  }
  return kNoPickleValue;
}

Pickle read_pickle(std::string_view bytes, const std::string& file) {
  return Reader(bytes, file).read();
}

}  // namespace stategrad::io

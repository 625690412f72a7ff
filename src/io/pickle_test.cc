// SPDX-License-Identifier: MIT
#include "io/pickle.h"

#include <gmock/gmock.h>

#include "base/atomic_file.h"
#include "io/io_test_util.h"
#include "stategrad/errors.h"

namespace stategrad::io {
namespace {

using testing::HasSubstr;

class PickleFile : public FolderTest {
 protected:
  /// The pickle of a Python expression.
  Pickle pickled(const std::string& expression, int protocol) {
    python("import pickle, collections\nopen('p', 'wb').write(pickle.dumps(" + expression + ", " +
           std::to_string(protocol) + "))\n");
    return read_pickle(read_file(folder_ / "p"), "p");
  }
  static std::string message(std::string_view bytes) {
    try {
      static_cast<void>(read_pickle(bytes, "p"));
    } catch (const DataError& error) {
      return error.what();
    }
    return "";
  }
};

TEST_F(PickleFile, HoldsTheValuesOfEveryProtocol) {
  for (int protocol = 2; protocol <= 5; ++protocol) {
    const Pickle pickle = pickled(
        "{'n': [None, True, False, 0, 255, 256, 65536, -1, -2**40, 2**62, 1.5, 'Äpfel', b'\\xff'],"
        " 't': ((), (1,), (1, 2, 3, 4)), 's': {7}, 'd': {'a': {1: 2}}}",
        protocol);
    const PickleValue& numbers = pickle[pickle.find(pickle.root, "n")];
    ASSERT_EQ(numbers.items.size(), 13u);
    EXPECT_EQ(pickle[numbers.items[0]].kind, PickleKind::kNone);
    EXPECT_EQ(pickle[numbers.items[1]].integer, 1);
    EXPECT_EQ(pickle[numbers.items[1]].kind, PickleKind::kBool);
    const std::vector<std::int64_t> integers{
        0, 255, 256, 65536, -1, -(std::int64_t{1} << 40), std::int64_t{1} << 62};
    for (std::size_t i = 0; i < integers.size(); ++i) {
      EXPECT_EQ(pickle[numbers.items[3 + i]].integer, integers[i]);
    }
    EXPECT_EQ(pickle[numbers.items[10]].real, 1.5);
    EXPECT_EQ(pickle[numbers.items[11]].text, "Äpfel");
    const PickleValue& tuples = pickle[pickle.find(pickle.root, "t")];
    EXPECT_EQ(tuples.kind, PickleKind::kTuple);
    EXPECT_EQ(pickle[tuples.items[2]].items.size(), 4u);
    const PickleValue& set = pickle[pickle.find(pickle.root, "s")];
    ASSERT_EQ(set.items.size(), 1u);
    EXPECT_EQ(pickle[set.items[0]].integer, 7);
    EXPECT_NE(pickle.find(pickle.find(pickle.root, "d"), "a"), kNoPickleValue);
    EXPECT_EQ(pickle.find(pickle.root, "absent"), kNoPickleValue);
  }
}

TEST_F(PickleFile, TakesOrderedDictsForDicts) {
  const Pickle pickle = pickled("collections.OrderedDict(x=3, y=4)", 2);
  EXPECT_EQ(pickle[pickle.find(pickle.root, "y")].integer, 4);
}

TEST_F(PickleFile, KeepsInstancesAsTheirNamesAndStates) {
  python(
      "import pickle, sys, types\n"
      "class Net: pass\n"
      "Net.__module__ = 'nets'\nsys.modules['nets'] = types.ModuleType('nets')\n"
      "sys.modules['nets'].Net = Net\nnet = Net(); net.size = 3\n"
      "open('p', 'wb').write(pickle.dumps(net, 2))\n");
  const Pickle pickle = read_pickle(read_file(folder_ / "p"), "p");
  const PickleValue& net = pickle[pickle.root];
  ASSERT_EQ(net.kind, PickleKind::kObject);
  EXPECT_EQ(pickle[net.callee].text, "nets.Net");
  EXPECT_EQ(pickle[pickle.find(net.state, "size")].integer, 3);
}

TEST_F(PickleFile, RefusesCallsAndNamesThatReachTheSystem) {
  using namespace std::string_view_literals;
  EXPECT_THAT(message("\x80\x02"
                      "cos\nsystem\n."sv),
              HasSubstr("p: offset 2: names os.system"));
  EXPECT_THAT(message("\x80\x02"
                      "cbuiltins\neval\n."sv),
              HasSubstr("builtins.eval"));
  EXPECT_THAT(message("\x80\x02"
                      "cnets\nNet\n)R."sv),
              HasSubstr("calls nets.Net"));
  EXPECT_THAT(message("\x80\x02"
                      "K\x01)R."sv),
              HasSubstr("calls a value"));
  EXPECT_THAT(message("\x80\x02"
                      "I3\n."sv),
              HasSubstr("opcode 0x49"));
}

TEST_F(PickleFile, RefusesWhatIsCutOffAnywhere) {
  const Pickle whole = pickled("{'a': [1, 2.5, ('x', b'y' * 300)]}", 4);
  const std::string bytes = read_file(folder_ / "p");
  EXPECT_EQ(whole[whole.root].items.size(), 2u);
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_THAT(message(std::string_view(bytes).substr(0, length)), HasSubstr("offset")) << length;
  }
}

TEST_F(PickleFile, NamesWhatAnOpcodeMisses) {
  using namespace std::string_view_literals;
  EXPECT_THAT(message("\x80\x02."sv), HasSubstr("offset 2: damaged"));
  EXPECT_THAT(message("\x80\x02t."sv), HasSubstr("mark"));
  EXPECT_THAT(message("\x80\x02K\x01(a."sv), HasSubstr("value where there is none"));
  EXPECT_THAT(message("\x80\x02h\x05."sv), HasSubstr("remembered as 5"));
  EXPECT_THAT(message("\x80\x02}K\x01"
                      "a."sv),
              HasSubstr("a list was expected"));
  EXPECT_THAT(message("\x80\x02}(K\x01u."sv), HasSubstr("a key without a value"));
}

}  // namespace
}  // namespace stategrad::io

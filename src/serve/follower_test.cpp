#include "serve/follower.h"

#include <gtest/gtest.h>

namespace wood::serve {
namespace {

class Followed : public ::testing::Test {
 protected:
  Followed() {
    story_.names = {"patron", "villager"};
    story_.entries.push({});  // the genesis
    for (const char* name : {"acorns", "honey"}) {
      story_.scenario.goods.emplace_back();
      story_.scenario.goods.back().name = name;
    }
  }

  // The next entry; gives which receipts it changed.
  std::vector<std::size_t> say(EntryKind kind, Json body, std::vector<Seq> from = {}) {
    Entry entry;
    entry.seq = Seq{next_++};
    entry.draft.turn = 1;
    entry.draft.kind = kind;
    entry.draft.body = std::move(body);
    entry.draft.from = std::move(from);
    EntryRow row;
    if (!story_.trades.empty() && story_.trades.back().entry == entry.seq)
      row.has = EntryRow::trades, row.row = static_cast<std::uint32_t>(story_.trades.size() - 1);
    story_.entries.push(row);
    return follower_.take(entry, story_, reader_, receipts_);
  }
  Seq last() const { return Seq{next_ - 1}; }
  // A command that is taken at the next dawn, and its input.
  void give(const char* act) {
    const auto id = static_cast<std::int64_t>(receipts_.size()) + 1;
    receipts_.push_back({id, act, "patron", "queued", 0, {}, "", Json()});
    follower_.expect({id});
    say(EntryKind::input, Json::object({{"act", act}}));
  }
  // An order of the Patron for 5 honey at 900, of which `filled` are filled at once.
  void order(const char* side, std::int64_t number, std::int64_t filled) {
    give("order");
    say(EntryKind::command, Json::object({{"act", "place"}}), {last()});
    placed_ = last();
    say(EntryKind::check, Json::object({{"pass", true}}), {last()});
    say(EntryKind::event,
        Json::object({{"what", "order"},
                      {"who", "patron"},
                      {"order", number},
                      {"good", "honey"},
                      {"side", side},
                      {"price", 900},
                      {"lots", 5},
                      {"filled", filled},
                      {"state", filled == 5 ? "filled" : "rests"}}),
        {last()});
  }
  // Villagers sell to, or buy from, the Patron's resting orders.
  void meet(bool he_buys, std::int64_t price, std::int64_t lots) {
    constexpr std::uint32_t kPatron = 0, kVillager = 1;
    story_.trades.push({Seq{next_}, 1, price, lots, 1, he_buys ? kPatron : kVillager,
                        he_buys ? kVillager : kPatron, he_buys ? 0U : 1U});
    say(EntryKind::event, Json::object({{"what", "villagers"}, {"good", "honey"}}), {placed_});
  }
  const std::string& outcome(std::size_t i) const { return receipts_[i].outcome; }

  std::unique_ptr<Store> store_ = memory_store();
  LedgerReader reader_{*store_};
  Story story_{*ScratchFile::anywhere()};
  Follower follower_;
  std::vector<Receipt> receipts_;
  std::int64_t next_ = 1;
  Seq placed_;  // the command of the last order
};

TEST_F(Followed, AnOrderThatRestsIsFollowedToItsFills) {
  order("sell", 11, 0);
  order("sell", 12, 1);
  EXPECT_EQ(receipts_[0].state, "recorded");
  EXPECT_EQ(outcome(0), "filled 0 of 5, rests");
  EXPECT_EQ(outcome(1), "filled 1 of 5, rests");
  meet(false, 900, 1);  // by villagers of the same morning
  EXPECT_EQ(outcome(0), "filled 1 of 5, rests");
  say(EntryKind::turn, Json::object({}));
  meet(true, 900, 5);   // the other side
  meet(false, 890, 5);  // another price
  EXPECT_EQ(outcome(0), "filled 1 of 5, rests");
  meet(false, 900, 5);  // the older one first, then the rest of it
  EXPECT_EQ(outcome(0), "filled 5 of 5, filled");
  EXPECT_EQ(outcome(1), "filled 2 of 5, rests");
  // The exchange takes two more while it covers somebody, and at dusk the rest of it lapses; the
  // cause is the operator's, whose command is nobody else's outcome.
  give("kill");
  const auto market = [&](const char* what, Json event) {
    return say(
        EntryKind::event,
        Json::object(
            {{"what", what}, {"count", 1}, {"events", Json::list(std::vector<Json>{event})}}),
        {placed_, last()});
  };
  market("market", Json::object({{"event", "trade"}, {"maker", 12}, {"lots", 2}, {"price", 900}}));
  EXPECT_EQ(outcome(1), "filled 4 of 5, rests");
  market("close", Json::object({{"event", "cancelled"}, {"order", 7}, {"why", "lapsed"}}));
  EXPECT_EQ(outcome(1), "filled 4 of 5, rests") << "another's";
  const auto changed =
      market("close", Json::object({{"event", "cancelled"}, {"order", 12}, {"why", "lapsed"}}));
  EXPECT_EQ(changed, std::vector<std::size_t>{1});
  EXPECT_EQ(outcome(1), "filled 4 of 5, lapsed");
  EXPECT_EQ(outcome(2), "");
  meet(false, 900, 3);
  EXPECT_EQ(outcome(1), "filled 4 of 5, lapsed") << "it is in the book no more";
}

TEST_F(Followed, AnOrderThatIsTakenBackSaysSo) {
  order("buy", 21, 2);
  say(EntryKind::event, Json::object({{"what", "cancelled"}, {"who", "patron"}, {"order", 21}}),
      {placed_});
  EXPECT_EQ(outcome(0), "filled 2 of 5, cancelled");
}

TEST_F(Followed, ADealIsFollowedToItsEnd) {
  const auto deal = [](std::int64_t number, const char* state) {
    return Json::object({{"what", "deal"}, {"deal", number}, {"kind", "loan"}, {"state", state}});
  };
  give("lend");
  say(EntryKind::command, Json::object({{"act", "lend"}}), {last()});
  say(EntryKind::event, deal(4, "offered"), {last()});
  EXPECT_EQ(outcome(0), "loan offered");
  say(EntryKind::event, deal(5, "active"));
  EXPECT_EQ(outcome(0), "loan offered") << "somebody else's";
  say(EntryKind::event, deal(4, "active"));
  EXPECT_EQ(outcome(0), "loan active");
  say(EntryKind::turn, Json::object({}));
  say(EntryKind::event, deal(4, "defaulted"));
  EXPECT_EQ(outcome(0), "loan defaulted");
}

TEST_F(Followed, ARefusalIsItsOutcome) {
  give("order");
  say(EntryKind::command, Json::object({{"act", "place"}}), {last()});
  say(EntryKind::check, Json::object({{"pass", false}, {"reason", "funds"}}), {last()});
  EXPECT_EQ(outcome(0), "refused: funds");
}

}  // namespace
}  // namespace wood::serve

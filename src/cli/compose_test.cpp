#include "cli/compose.h"

#include <gtest/gtest.h>

namespace wood::cli {
namespace {

Json card(const char* kernels, const char* weights = nullptr, const char* attention = nullptr) {
  Json out = Json::object({{"kernels", kernels}});
  if (weights != nullptr) out.set("weights", weights);
  if (attention != nullptr) out.set("attention", attention);
  return out;
}

TEST(AsRecorded, MindsComputeAsTheirCardsSay) {
  Registry registry;
  for (const char* name : {"portable", "wide", "wide_before", "ours", "unknown"}) {
    MindSpec mind;
    mind.name = name;
    mind.kind = MindKind::llama;
    registry.minds.push_back(mind);
  }
  const Json cards = Json::object({{"portable", card("haswell")},
                                   {"wide", card("skylakex", "repacked", "flash")},
                                   {"wide_before", card("zen4")},
                                   {"ours", card("haswell", nullptr, "invariant")}});
  as_recorded(registry, cards);
  EXPECT_TRUE(registry.find("portable")->repack);  // AVX2 always did
  EXPECT_EQ(registry.find("portable")->attention, Attention::plain);
  EXPECT_TRUE(registry.find("wide")->repack);
  EXPECT_EQ(registry.find("wide")->attention, Attention::flash);
  EXPECT_FALSE(registry.find("wide_before")->repack);
  EXPECT_EQ(registry.find("ours")->attention, Attention::invariant);
  EXPECT_TRUE(registry.find("unknown")->repack);  // no card: as it is chosen now
  EXPECT_EQ(registry.find("unknown")->attention, Attention::automatic);
}

TEST(AsRecorded, KernelsAreThoseOfAnyModel) {
  EXPECT_EQ(kernels_of(Json::object({{"rules", Json::object()}, {"model", card("zen4")}})), "zen4");
  EXPECT_EQ(kernels_of(Json::object({{"rules", Json::object()}})), "");
  EXPECT_EQ(kernels_of(Json()), "");
}

}  // namespace
}  // namespace wood::cli

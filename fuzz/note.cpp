// Proofs, notes, checkpoints and keys: what is taken is written back to the same bytes.
#include "core/check.h"
#include "core/text.h"
#include "fuzz/fuzz.h"
#include "ledger/proof.h"

std::vector<std::string_view> fuzz_seeds() {
  return {
      "c2sp.org/tlog-proof@v1\nextra e30=\nindex 0\n\nwood/x\n1\n"
      "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n\xE2\x80\x94 wood AAAAAAAA\n",
      "wood/run\n12\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
      "text\n\n\xE2\x80\x94 wood+run Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeO\n",
      "wood+892e68b0+AdsogmaCTmheomExLaTOaRyOcgS0HMsjFJ5MaNWCgzKg"};
}

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text = fuzz_text(data, size);
  if (const auto proof = wood::Proof::parse(text)) CHECK(proof->text() == text);
  (void)wood::parse_note(text);
  if (const auto point = wood::Checkpoint::parse(text)) CHECK(point->text() == text);
  if (const auto key = wood::VerifierKey::parse(text)) CHECK(key->text() == wood::trim(text));
  return 0;
}

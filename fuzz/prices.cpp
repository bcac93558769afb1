// Price files for `wood fit`: read, and what is read fitted.
#include "market/process_fit.h"

#include "fuzz/fuzz.h"

std::vector<std::string_view> fuzz_seeds() {
  return {
      "date,close\n2020-01-01,10.5\n2020-01-02,11\n2020-01-03,10.75\n2020-01-04,12.125\n",
      "\xEF\xBB\xBF\"a;b\";\"price\"\n1;1.000,5\n2;1.100,25\n",
      "close\n98.95\n99.13\n98.61\n99.02\n99.52\n97.79\n95.89\n97.18\n96.24\n95.22\n97.11\n96.99\n"
      "98.30\n98.21\n98.75\n97.37\n97.90\n99.34\n99.43\n100.39\n101.08\n99.32\n100.34\n100.71\n"
      "99.91\n98.03\n99.47\n99.36\n100.23\n101.75\n102.62\n104.35\n103.91\n105.16\n104.93\n106."
      "75\n"};
}

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  for (const char* column : {"1", "close"})
    if (const auto prices = wood::parse_prices(fuzz_text(data, size), column))
      (void)wood::fit(*prices);
  return 0;
}

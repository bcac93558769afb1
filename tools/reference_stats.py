"""What SciPy and scikit-learn make of the samples that src/eval/reference_test.cpp computes on.

    python3 tools/reference_stats.py --write trial/data/reference_stats.json
    python3 tools/reference_stats.py --check trial/data/reference_stats.json

--check computes everything anew and compares: 0 equal, 1 not, 77 where SciPy or scikit-learn are absent
(ctest shows it as skipped). Debian: python3-scipy 1.10, python3-sklearn 1.2. Samples come from
RandomState, whose stream NumPy has frozen, rounded to six digits, so that both sides read the same
numbers; they are kept as text, since the project's JSON has no fractions. What neither library has (Holm,
Benjamini-Hochberg, Fleiss, Gwet, PSI, Gini) is computed from its definition, by another road than in C++.
"""

from __future__ import annotations

import argparse
import json
import sys
from itertools import combinations
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Callable

SKIPPED = 77

try:
    import numpy as np
    import scipy.special as special
    import scipy.stats as stats
    import sklearn.calibration
    import sklearn.isotonic
    import sklearn.metrics
except ImportError as absent:
    print(f"skipped: {absent}")
    sys.exit(SKIPPED)

Case = tuple[str, dict[str, Any], dict[str, Any]]


def draw(seed: int) -> np.random.RandomState:
    return np.random.RandomState(seed)


def rounded(values: Any) -> Any:
    return np.round(np.asarray(values, dtype=float), 6)


def of_special() -> list[Case]:
    z = np.array([-30, -8.5, -3, -1, -0.1, 0, 0.5, 2, 6, 9])
    p = np.array([1e-300, 1e-12, 0.001, 0.025, 0.3, 0.5, 0.7, 0.975, 0.999999])
    t = np.array([0, 0.1, 1, -2.5, 4, 30, 1e6] * 4)
    freedom = np.repeat([1.0, 4, 29.5, 4000], 7)
    a = np.array([0.5, 0.5, 2, 10, 300, 2000, 0.01])
    b = np.array([0.5, 7, 3, 10, 0.5, 1500, 0.5])
    x = np.array([0.1, 0.02, 0.9, 0.5, 0.999, 0.57, 0.3])
    k = np.array([0.2, 0.5, 0.9, 0.999, 1.0, 1.3, 2, 5])
    return [
        ("normal_cdf", {"z": z}, {"p": special.ndtr(z)}),
        ("normal_quantile", {"p": p}, {"z": special.ndtri(p)}),
        ("student", {"t": t, "freedom": freedom}, {"p": 2 * stats.t.sf(np.abs(t), freedom)}),
        ("beta", {"a": a, "b": b, "x": x}, {"value": special.betainc(a, b, x)}),
        ("kolmogorov", {"x": k}, {"p": special.kolmogorov(k)}),
    ]


def gini(x: Any) -> float:
    return float(np.abs(np.subtract.outer(x, x)).sum() / (2 * len(x) * np.abs(x).sum()))


def of_samples() -> list[Case]:
    out: list[Case] = []
    p = np.array([0, 0.025, 0.1, 0.5, 0.77, 1])
    for n in (2, 7, 40):
        x = rounded(draw(n).lognormal(size=n) - 0.4)
        says = {"mean": x.mean(), "variance": x.var(ddof=1), "quantiles": np.quantile(x, p),
                "sharpe": (x.mean() - 0.01) / x.std(ddof=1) * np.sqrt(12), "gini": gini(x)}  # fmt: skip
        out.append(("sample", {"x": x, "p": p, "risk_free": 0.01, "periods": 12}, says))
    for successes, n in ((0, 10), (8, 10), (33, 200)):
        ends = stats.binomtest(successes, n).proportion_ci(0.9, method="wilson")
        out.append(("wilson", {"successes": successes, "n": n, "level": 0.9}, {"low": ends.low, "high": ends.high}))
    return out


def of_bootstrap() -> list[Case]:
    """The arithmetic of the intervals, on replicates that both sides are given."""
    out: list[Case] = []
    for seed, statistic in ((1, np.mean), (2, np.var)):
        x = rounded(draw(seed).lognormal(size=25))
        replicates = rounded([statistic(draw(100 * seed + i).choice(x, len(x))) for i in range(300)])
        jackknife = np.array([statistic(np.delete(x, i)) for i in range(len(x))])
        ends = {}
        for kind in ("percentile", "BCa"):
            given = SimpleNamespace(bootstrap_distribution=replicates)
            found = stats.bootstrap((x,), statistic, vectorized=True, n_resamples=0, method=kind,
                                    confidence_level=0.9, bootstrap_result=given).confidence_interval  # fmt: skip
            ends[kind] = np.array([found.low, found.high])
        data = {"value": statistic(x), "replicates": replicates, "jackknife": jackknife, "level": 0.9}
        out.append(("interval", data, ends))
    return out


def smaller_rank_sum(d: Any) -> float:
    kept = d[d != 0]
    ranks = stats.rankdata(np.abs(kept))
    return float(min(ranks[kept > 0].sum(), ranks[kept < 0].sum()))


def of_paired() -> list[Case]:
    out: list[Case] = []
    for seed, n in ((1, 2), (2, 12), (3, 50), (4, 120)):
        a = rounded(draw(seed).normal(0.3, 1, n))
        b = rounded(draw(seed + 50).normal(0, 1, n))
        t = stats.ttest_rel(a, b)
        w = stats.wilcoxon(a, b)  # exact to n = 50
        out.append(("paired", {"a": a, "b": b},
                    {"t": t.statistic, "t_p": t.pvalue, "w": w.statistic, "w_p": w.pvalue}))  # fmt: skip
    # Ties and zeros. Above 50 SciPy's approximation; below, every sign flip is counted.
    d = draw(9).randint(-4, 7, 90).astype(float)
    w = stats.wilcoxon(d)
    out.append(("wilcoxon", {"d": d}, {"w": w.statistic, "p": w.pvalue}))
    for seed in (5, 6):
        d = draw(seed).randint(-3, 6, 13).astype(float)
        counted = every_flip(d, smaller_rank_sum, "less")
        out.append(("wilcoxon", {"d": d}, {"w": smaller_rank_sum(d), "p": counted}))
        flips = every_flip(d, lambda one: abs(np.mean(one)), "greater")
        out.append(("sign_flip", {"d": d}, {"mean": d.mean(), "p": flips}))
    d = rounded(draw(7).normal(0.5, 1, 14))
    out.append(("sign_flip", {"d": d}, {"mean": d.mean(), "p": every_flip(d, lambda one: abs(np.mean(one)), "greater")}))
    return out


def every_flip(d: Any, statistic: Callable[[Any], float], alternative: str) -> float:
    found = stats.permutation_test((d, np.zeros(len(d))), lambda a, b: statistic(a - b), permutation_type="samples",
                                   vectorized=False, n_resamples=np.inf, alternative=alternative)  # fmt: skip
    return float(found.pvalue)


def of_corrections() -> list[Case]:
    """Adjusted p: the least α at which the procedure itself, step by step, rejects."""

    def holm(p: Any, alpha: float) -> set[int]:
        rejected: set[int] = set()
        for i in np.argsort(p, kind="stable"):
            if p[i] > alpha / (len(p) - len(rejected)):
                break
            rejected.add(int(i))
        return rejected

    def benjamini_hochberg(p: Any, alpha: float) -> set[int]:
        order = np.argsort(p, kind="stable")
        last = max([k for k in range(len(p)) if p[order[k]] <= alpha * (k + 1) / len(p)], default=-1)
        return {int(i) for i in order[: last + 1]}

    def adjusted(p: Any, procedure: Callable[[Any, float], set[int]]) -> Any:
        out = []
        for i in range(len(p)):
            low, high = 0.0, 1.0
            for _ in range(60):
                middle = (low + high) / 2
                low, high = (low, middle) if i in procedure(p, middle) else (middle, high)
            out.append(high)
        return np.array(out)

    p = rounded([0.01, 0.04, 0.03, 0.005, 0.04, 0.6, 0.9, 0.0001])
    return [("corrections", {"p": p}, {"holm": adjusted(p, holm), "bh": adjusted(p, benjamini_hochberg)})]


def of_agreement() -> list[Case]:
    out: list[Case] = []
    for seed, cases, voters, options, missing in ((1, 30, 5, 3, 0.0), (2, 60, 4, 2, 0.2), (3, 25, 6, 5, 0.5)):
        rng = draw(seed)
        truth = rng.randint(0, options, cases)
        votes = np.where(rng.rand(cases, voters) < 0.6, truth[:, None], rng.randint(0, options, (cases, voters)))
        votes[rng.rand(cases, voters) < missing] = -1
        rows = [[int(v) for v in row if v >= 0] for row in votes]
        alike = [np.mean([a == b for a, b in combinations(row, 2)]) for row in rows if len(row) > 1]
        shares = np.mean([[row.count(k) / len(row) for k in range(options)] for row in rows if row], axis=0)
        raw, fleiss, gwet = np.mean(alike), (shares**2).sum(), (shares * (1 - shares)).sum() / (options - 1)
        kappas, phis = [], []
        for a, b in combinations(range(voters), 2):
            both = (votes[:, a] >= 0) & (votes[:, b] >= 0)
            x, y = votes[both, a], votes[both, b]
            kappas.append(sklearn.metrics.cohen_kappa_score(x, y))
            wrong = x != truth[both], y != truth[both]
            defined = all(0 < side.mean() < 1 for side in wrong)  # scikit-learn says 0 where nothing is defined
            phis.append(sklearn.metrics.matthews_corrcoef(*wrong) if defined else np.nan)
        says = {"raw": raw, "fleiss": (raw - fleiss) / (1 - fleiss), "ac1": (raw - gwet) / (1 - gwet),
                "kappas": np.array(kappas), "phis": np.array(phis)}  # fmt: skip
        out.append(("votes", {"votes": votes.ravel(), "voters": voters, "options": options, "truth": truth}, says))
    return out


def of_calibration() -> list[Case]:
    out: list[Case] = []
    for seed, n, digits in ((1, 200, 6), (2, 60, 1)):  # one digit: ties, and values on the edges
        rng = draw(seed)
        confidence = np.round(rng.beta(4, 2, n), digits)
        right = (rng.rand(n) < confidence**1.5).astype(int)
        says: dict[str, Any] = {"brier": sklearn.metrics.brier_score_loss(right, confidence),
                                "log_loss": sklearn.metrics.log_loss(right, confidence, labels=[0, 1])}  # fmt: skip
        for strategy in ("uniform", "quantile"):
            says[strategy + "_accuracy"], says[strategy + "_confidence"] = sklearn.calibration.calibration_curve(
                right, confidence, n_bins=5, strategy=strategy)  # fmt: skip
        out.append(("forecasts", {"confidence": confidence, "right": right, "bins": 5}, says))
    for seed, n, grid in ((3, 40, 1000), (4, 60, 8)):
        rng = draw(seed)
        x = np.round(rng.rand(n) * grid) / grid
        y = rounded(x + rng.normal(0, 0.5, n))
        weights = rounded(rng.rand(n) * (rng.rand(n) > 0.1))
        at = rounded(np.linspace(-0.1, 1.1, 61))
        fit = sklearn.isotonic.IsotonicRegression(out_of_bounds="clip").fit(x, y, sample_weight=weights)
        out.append(("isotonic", {"x": x, "y": y, "weights": weights, "at": at}, {"value": fit.predict(at)}))
    return out


def of_drift() -> list[Case]:
    out: list[Case] = []
    for seed, n, m, digits in ((1, 10, 10, 6), (2, 7, 31, 6), (3, 40, 25, 1), (4, 400, 300, 6), (5, 1, 5, 6), (6, 90, 90, 6)):
        a = np.round(draw(seed).normal(0, 1, n), digits)
        b = np.round(draw(seed + 50).normal(seed / 6, 1, m), digits)
        found = stats.ks_2samp(a, b, method="exact")
        out.append(("ks", {"a": a, "b": b}, {"d": found.statistic, "p": found.pvalue}))
    for seed, n, m in ((7, 100, 100), (8, 500, 350)):
        a, b = rounded(draw(seed).normal(0, 1, n)), rounded(draw(seed + 50).normal(0.4, 1.3, m))
        cuts = np.quantile(a, np.arange(1, 10) / 10)
        counts = [np.bincount(np.digitize(x, cuts, right=True), minlength=10) for x in (a, b)]
        p, q = ((c + 0.5) / (c.sum() + 5) for c in counts)
        out.append(("psi", {"a": a, "b": b}, {"psi": float(((q - p) * np.log(q / p)).sum()),
                                              "reference": counts[0], "now": counts[1]}))  # fmt: skip
    return out


def of_power() -> list[Case]:
    """The paired t-test's power on normal noise, by the noncentral t distribution."""
    out: list[Case] = []
    for n, effect in ((10, 1.0), (20, 0.5), (100, 0.2), (20, 0.0)):
        bar, moved = stats.t.isf(0.025, n - 1), effect * np.sqrt(n)
        power = stats.nct.sf(bar, n - 1, moved) + stats.nct.cdf(-bar, n - 1, moved)
        out.append(("power", {"pairs": n, "effect": effect}, {"power": power}))
    return out


def of_cascade() -> list[Case]:
    rng = draw(1)
    n = 80
    confidence = np.round(rng.rand(n), 1)
    small = (rng.rand(n) < 0.4 + 0.4 * confidence).astype(int)
    large = (rng.rand(n) < 0.9).astype(int)
    cheap, dear = rounded(rng.rand(n)), rounded(5 + rng.rand(n))
    share, accuracy, cost = [], [], []
    for bar in [0.0, *sorted(set(confidence))[1:], 2.0]:
        sent = confidence < bar
        share.append(sent.mean())
        accuracy.append(np.where(sent, large, small).mean())
        cost.append((cheap + sent * dear).mean())
    gap = large.mean() - small.mean()
    apgr = sklearn.metrics.auc(share, (np.array(accuracy) - small.mean()) / gap)
    enough = min(c for a, c in zip(accuracy, cost) if a >= 0.95 * large.mean() - 1e-12)
    data = {"confidence": confidence, "small": small, "large": large, "small_cost": cheap, "large_cost": dear}
    says = {"escalated": np.array(share), "accuracy": np.array(accuracy), "cost": np.array(cost), "apgr": apgr, "cost_at_95": enough}
    return [("cascade", data, says)]


def everything() -> list[dict[str, Any]]:
    def text(values: dict[str, Any]) -> dict[str, str]:
        return {key: " ".join(repr(v) for v in np.atleast_1d(np.asarray(value)).tolist()) for key, value in values.items()}

    parts = (of_special, of_samples, of_bootstrap, of_paired, of_corrections, of_agreement, of_calibration, of_drift,
             of_power, of_cascade)  # fmt: skip
    return [{"of": name, "in": text(data), "out": text(says)} for part in parts for name, data, says in part()]


def differences(kept: list[dict[str, Any]], fresh: list[dict[str, Any]]) -> list[str]:
    if [case["of"] for case in kept] != [case["of"] for case in fresh]:
        return ["the cases are not the same ones"]
    out = []
    for number, (old, new) in enumerate(zip(kept, fresh)):
        for side in ("in", "out"):
            if old[side].keys() != new[side].keys():
                out.append(f"case {number} ({old['of']}): other members")
                continue
            for key in old[side]:
                a, b = (np.array(case[side][key].split(), dtype=float) for case in (old, new))
                if len(a) != len(b) or not np.allclose(a, b, rtol=1e-10, atol=1e-13, equal_nan=True):
                    out.append(f"case {number} ({old['of']}): {key} was {old[side][key]}, is {new[side][key]}")
    return out


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    one = parser.add_mutually_exclusive_group(required=True)
    one.add_argument("--write", metavar="FILE", type=Path)
    one.add_argument("--check", metavar="FILE", type=Path)
    arguments = parser.parse_args()
    fresh = everything()
    if arguments.write:
        arguments.write.parent.mkdir(parents=True, exist_ok=True)
        arguments.write.write_text(json.dumps({"cases": fresh}, indent=1) + "\n")
        return 0
    found = differences(json.loads(arguments.check.read_text())["cases"], fresh)
    print("\n".join(found) or f"{len(fresh)} cases are what SciPy and scikit-learn give")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

"""The sums behind what evaluate.py, agreement.py and in_play.py tell, against values worked by hand."""

from __future__ import annotations

import unittest

from agreement import measure, phi
from evaluate import spread, wilson
from in_play import mean_and_half


class Statistics(unittest.TestCase):
    def test_phi(self) -> None:
        self.assertEqual(phi([True, True, False, False], [True, True, False, False]), 1.0)
        self.assertEqual(phi([True, False], [False, True]), -1.0)
        self.assertEqual(phi([True, True, False, False], [True, False, True, False]), 0.0)
        self.assertIsNone(phi([False, False], [True, False]))

    def test_agreement(self) -> None:
        found = measure(list("aaaa"), {"x": list("aabb"), "y": list("aabc"), "z": list("aaaa")})
        pair = found["pairs"]["x", "y"]
        self.assertEqual((pair["alike"], pair["both_wrong"], pair["same_wrong"]), (3, 2, 1))
        self.assertEqual(found["rho"], 1.0)  # of the one pair of which both fail
        self.assertEqual(found["n_eff"], 1.0)
        self.assertEqual(found["wrong_by_so_many"], [2, 0, 2, 0])
        self.assertEqual(found["majority_right"], 2)

    def test_intervals(self) -> None:
        low, high = wilson(8, 10, 1.96)
        self.assertAlmostEqual(low, 0.4902, 4)
        self.assertAlmostEqual(high, 0.9433, 4)
        mean, half = mean_and_half([1.0, 2.0, 3.0, 4.0, 5.0])  # 2.776 x 1.58114 / sqrt(5)
        self.assertEqual(mean, 3.0)
        self.assertAlmostEqual(half, 1.9629, 4)

    def test_spread(self) -> None:
        self.assertEqual(spread([{"n": i} for i in range(10)], 5), [{"n": i} for i in (0, 2, 4, 6, 8)])
        self.assertEqual(len(spread([{}] * 3, 5)), 3)


if __name__ == "__main__":
    unittest.main()

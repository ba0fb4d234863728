"""A seeded generator of nights, days and fitting advice. The data are synthetic: no row is about a real person.

The ranges and turning points follow published guidance [1]_ to [6]_; the noise, the correlations and the weights are
ours. It serves as a realistic table, and is not medical advice.

References
----------
.. [1] Hirshkowitz et al., Sleep Health 2015;1(1):40-43. Recommended sleep: 7 to 9 h from 18 to 64 years,
   7 to 8 h from 65 years on.
.. [2] Watson et al. (AASM and SRS consensus), Sleep 2015;38(6):843-844. Adults should sleep 7 h or more.
.. [3] Ohayon et al., Sleep Health 2017;3(1):6-19. Good quality: falling asleep within 30 min, at most one
   awakening of more than 5 min (two for older adults).
.. [4] Drake et al., J Clin Sleep Med 2013;9(11):1195-1200. 400 mg of caffeine 6 h before bed cost more than
   1 h of sleep.
.. [5] Ebrahim et al., Alcohol Clin Exp Res 2013;37(4):539-549. At all doses alcohol shortens the time to fall
   asleep and disturbs the second half of the night.
.. [6] WHO guidelines on physical activity and sedentary behaviour, 2020. 150 to 300 min of moderate activity
   a week, so 21 to 43 min a day.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SEED: Final = 20_260_917
ROWS: Final = 7000
TARGET: Final = "advice"

RECOMMENDED_HOURS: Final = 7.0
OLDER_AGE: Final = 65
GOOD_LATENCY_MIN: Final = 30.0
GOOD_AWAKENINGS: Final = 1
ACTIVE_MIN_A_DAY: Final = 21.0

ADVICE: Final = ("keep_routine", "sleep_longer", "earlier_caffeine", "calmer_evening", "less_alcohol")
CHRONOTYPES: Final = ("morning", "intermediate", "evening")
SCHEDULES: Final = ("day", "evening", "night", "rotating", "not_working")

MISSING_SHARE: Final[Mapping[str, float]] = {
    "sleep_latency_min": 0.12,
    "caffeine_mg_after_noon": 0.08,
    "screen_minutes_before_bed": 0.06,
    "alcohol_units": 0.05,
    "exercise_minutes": 0.10,
    "work_schedule": 0.05,
}
"""Optional answers; age, hours, awakenings and chronotype are always present."""

NOISE: Final = 0.45
"""Scale of the Gumbel noise: the same night does not need the same advice for everyone."""


def generate(rows: int = ROWS, seed: int = SEED) -> pd.DataFrame:
    """Return nights with the advice that fits them.

    Parameters
    ----------
    rows : int
        Number of nights.
    seed : int
        The same seed gives the same table.

    Returns
    -------
    DataFrame of shape (rows, 11)
        Ten features, some with missing values, and the column ``advice``.
    """
    generator = np.random.default_rng(seed)
    table = _days(generator, rows)
    _add_nights(generator, table)
    table[TARGET] = _advice(generator, table)
    for name, share in MISSING_SHARE.items():
        table.loc[generator.random(rows) < share, name] = np.nan
    order = ["age", "sleep_hours", "sleep_latency_min", "awakenings", "caffeine_mg_after_noon"]
    order += ["screen_minutes_before_bed", "alcohol_units", "exercise_minutes", "chronotype", "work_schedule", TARGET]
    return table[order]


def _days(generator: np.random.Generator, rows: int) -> pd.DataFrame:
    """Draw the day before the night."""
    age = np.clip(generator.normal(44, 16, rows), 18, 90).round().astype(np.int64)
    chronotype = generator.choice(CHRONOTYPES, size=rows, p=(0.25, 0.5, 0.25))
    working = generator.choice(SCHEDULES[:4], size=rows, p=(0.72, 0.10, 0.07, 0.11))
    schedule = np.where((age >= OLDER_AGE) | (generator.random(rows) < 0.08), "not_working", working)  # noqa: PLR2004 - a share
    late = (chronotype == "evening").astype(np.float64)
    caffeine = generator.gamma(1.2, 65, rows) * (generator.random(rows) < 0.62 + 0.15 * late)
    alcohol = generator.gamma(1.6, 1.5, rows) * (generator.random(rows) < 0.42)  # noqa: PLR2004 - a share
    return pd.DataFrame(
        {
            "age": age,
            "caffeine_mg_after_noon": np.clip(_rounded(caffeine, 5), 0, 600),
            "screen_minutes_before_bed": np.clip(_rounded(generator.gamma(2, 25, rows) + 15 * late, 5), 0, 240),
            "alcohol_units": np.clip(_rounded(alcohol, 0.5), 0, 14),
            "exercise_minutes": np.clip(_rounded(generator.gamma(1.1, 26, rows), 5), 0, 180),
            "chronotype": chronotype,
            "work_schedule": schedule,
        }
    )


def _add_nights(generator: np.random.Generator, table: pd.DataFrame) -> None:
    """Draw the night that follows such a day, in place."""
    rows = len(table)
    caffeine = table["caffeine_mg_after_noon"].to_numpy()
    alcohol = table["alcohol_units"].to_numpy()
    shifted = table["work_schedule"].isin(("night", "rotating")).to_numpy(np.float64)
    active = table["exercise_minutes"].to_numpy() >= ACTIVE_MIN_A_DAY
    hours = generator.normal(7.25, 0.95, rows) - caffeine / 400 - 0.55 * shifted + 0.15 * active
    latency = generator.gamma(2.2, 8, rows) + caffeine / 16 + table["screen_minutes_before_bed"].to_numpy() / 9
    awakenings = generator.poisson(0.55 + 0.28 * alcohol + 0.012 * np.maximum(table["age"].to_numpy() - 40, 0))
    table["sleep_hours"] = np.clip(_rounded(hours, 0.1), 2, 12)
    table["sleep_latency_min"] = np.clip(_rounded(latency - 1.5 * alcohol - 3 * active, 1), 1, 180)
    table["awakenings"] = np.clip(awakenings, 0, 12).astype(np.int64)


def _advice(generator: np.random.Generator, table: pd.DataFrame) -> NDArray[np.str_]:
    """Choose the advice with the greatest need, under noise."""
    needs = np.column_stack([_needs(table)[advice] for advice in ADVICE])
    chosen = np.argmax(needs + generator.gumbel(0, NOISE, needs.shape), axis=1)
    return np.array([ADVICE[index] for index in chosen], dtype=np.str_)


def _needs(table: pd.DataFrame) -> dict[str, Floats]:
    """Return how much each piece of advice is needed; about 1 where guidance is just missed."""
    column = {name: table[name].to_numpy() for name in table.columns}
    older = column["age"] >= OLDER_AGE
    short = np.maximum(RECOMMENDED_HOURS - column["sleep_hours"], 0)
    slow = np.maximum(column["sleep_latency_min"] - GOOD_LATENCY_MIN, 0) / 15
    broken = np.maximum(column["awakenings"] - GOOD_AWAKENINGS - older, 0).astype(np.float64)
    evening = 0.35 * (column["chronotype"] == "evening")
    shifted = 0.4 * np.isin(column["work_schedule"], ("night", "rotating"))
    idle = 0.4 * (column["exercise_minutes"] < ACTIVE_MIN_A_DAY)
    return {
        "keep_routine": np.full(len(table), 1.6),
        "sleep_longer": 1.9 * short + shifted,
        "earlier_caffeine": column["caffeine_mg_after_noon"] / 55 + 0.25 * slow,
        "calmer_evening": column["screen_minutes_before_bed"] / 45 + 0.45 * slow + evening + idle,
        "less_alcohol": 0.7 * column["alcohol_units"] + 0.35 * broken,
    }


def _rounded(values: Floats, step: float) -> Floats:
    # Rounded twice, because 0.1 * 71 is 7.1000000000000005.
    return np.round(np.round(values / step) * step, 1)

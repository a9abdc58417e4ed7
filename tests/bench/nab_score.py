"""The scoring rule of the Numenta Anomaly Benchmark, written from its description.

A. Lavin, S. Ahmad, "Evaluating Real-time Anomaly Detection Algorithms - the Numenta Anomaly Benchmark", ICMLA 2015,
arXiv:1510.03336. A row whose score reaches the threshold is a detection. The first rows of a series (15 %, at most 750)
do not count. In a window only the earliest detection counts, for the more the earlier; a window without one costs.
A detection outside of windows costs, less just behind one. Scores are on a scale where no detection at all is 0
and one at the beginning of every window, and no other, 100.
"""
import bisect
import math
from typing import NamedTuple

PROBATION, PROBATION_ROWS = 0.15, 5000
FAR = 3  # window widths behind a window from which on a detection costs in full


class Profile(NamedTuple):
    hit: float
    false: float
    miss: float


PROFILES = {"standard": Profile(1, 0.11, 1), "reward low FP": Profile(1, 0.22, 1), "reward low FN": Profile(1, 0.11, 2)}


def sigmoid(y):
    return -1.0 if y > FAR else 2 / (1 + math.exp(5 * y)) - 1


def probation(rows):
    return math.ceil(min(math.floor(PROBATION * rows), PROBATION * PROBATION_ROWS))


def worth(row, windows):
    """What a detection at this row is worth, 1 to -1, and the number of its window or None. windows: (first, last) rows."""
    i = bisect.bisect([first for first, _ in windows], row) - 1
    if i < 0:
        return -1.0, None
    first, last = windows[i]
    if row <= last:
        return sigmoid(-(last - row + 1) / (last - first + 1)) / sigmoid(-1), i
    return sigmoid((row - last) / max(last - first, 1)), None


def gains(scores, windows, profile):
    """(score, what the total gains when the threshold comes down to it) for the rows that count, of a series."""
    found, result = {}, []
    start = probation(len(scores))
    for row in sorted(range(start, len(scores)), key=lambda r: -scores[r]):
        if scores[row] <= 0:
            break
        value, window = worth(row, windows)
        if window is None:
            gain = value * profile.false
        elif window not in found:
            gain = value * profile.hit + profile.miss
        else:
            gain = max(0, value - found[window]) * profile.hit
        if window is not None:
            found[window] = max(value, found.get(window, value))
        result.append((scores[row], gain))
    return result


def scale(total, windows, profile):
    return 100 * total / (windows * (profile.hit + profile.miss)) if windows else 0.0


def at_threshold(series, windows, profile, threshold):
    """The score of a corpus: its series' gains, how many windows it has."""
    return scale(sum(gain for one in series for score, gain in one if score >= threshold), windows, profile)


def best_threshold(series, windows, profile):
    """(score, threshold) of the best threshold; rows of equal score are detections together."""
    rows = sorted((pair for one in series for pair in one), key=lambda pair: -pair[0])
    best, total = (0.0, 1.1), 0.0
    for i, (score, gain) in enumerate(rows):
        total += gain
        if total > best[0] and (i + 1 == len(rows) or rows[i + 1][0] != score):
            best = total, score
    return scale(best[0], windows, profile), best[1]

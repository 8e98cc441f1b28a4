"""Computes the figures of the analytics a second time, by other means. Standard library only.

Reads one JSON object from standard input and writes one to standard output.
"""

import json
import math
import sys
from fractions import Fraction
from statistics import NormalDist, mean, stdev

Z = NormalDist().inv_cdf(0.975)


def bisect(function, low, high):
    """Returns where a rising function crosses zero."""
    for _ in range(200):
        middle = (low + high) / 2
        if function(middle) < 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def wilson(hits, n):
    """All shares p for which the observed one is within Z standard errors of p."""
    if n == 0:
        return [0.0, 1.0]
    seen = hits / n

    def distance(p):
        return abs(seen - p) - Z * math.sqrt(p * (1 - p) / n)

    low = 0.0 if hits == 0 else bisect(lambda p: -distance(p), 0.0, seen)
    high = 1.0 if hits == n else bisect(distance, seen, 1.0)
    return [low, high]


def difference(one, other):
    if one[1] == 0 or other[1] == 0:
        return [-1.0, 1.0]
    p, q = one[0] / one[1], other[0] / other[1]
    (l1, u1), (l2, u2) = wilson(*one), wilson(*other)
    return [
        p - q - math.sqrt((p - l1) ** 2 + (u2 - q) ** 2),
        p - q + math.sqrt((u1 - p) ** 2 + (q - l2) ** 2),
    ]


def count_ratio(events, base):
    low, high = wilson(events, events + base)
    return [low / (1 - low) if low < 1 else None, high / (1 - high) if high < 1 else None]


def student(degrees):
    """Integrates the density over the angle: t = sqrt(degrees) tan(angle)."""
    constant = math.exp(math.lgamma((degrees + 1) / 2) - math.lgamma(degrees / 2)) / math.sqrt(math.pi)

    def inside(t):
        end, parts = math.atan(t / math.sqrt(degrees)), 2000
        step = end / parts
        total = 0.0
        for part in range(parts + 1):
            weight = 1 if part in (0, parts) else 4 if part % 2 else 2
            total += weight * math.cos(part * step) ** (degrees - 1)
        return 2 * constant * total * step / 3

    return bisect(lambda t: inside(t) - 0.95, 0.0, 20.0)


STUDENT = {}


def quantile(degrees):
    if degrees not in STUDENT:
        STUDENT[degrees] = student(degrees)
    return STUDENT[degrees]


def gini(values):
    """Half the mean difference of all pairs over the mean."""
    n = len(values)
    return sum(abs(a - b) for a in values for b in values) / (2 * n * n * mean(values))


def jain(values):
    return sum(values) ** 2 / (len(values) * sum(v * v for v in values))


def median_interval(values):
    n, best = len(values), None
    for j in range(1, n + 1):
        if sum(Fraction(math.comb(n, i), 2**n) for i in range(j)) <= Fraction(1, 40):
            best = j
    if best is None:
        return None
    ordered = sorted(values)
    return [ordered[best - 1], ordered[n - best]]


def ratio_of_means(now, before):
    if min(len(now), len(before)) < 3:
        return None
    middle = math.log(mean(now) / mean(before))
    error = math.sqrt(
        stdev(now) ** 2 / len(now) / mean(now) ** 2 + stdev(before) ** 2 / len(before) / mean(before) ** 2
    )
    half = quantile(min(len(now), len(before)) - 1) * error
    return [math.exp(middle - half) - 1, math.exp(middle + half) - 1]


def ratio_of_sums(pairs):
    n = len(pairs)
    if n < 3:
        return None
    whole = math.log(sum(b for _, b in pairs) / sum(a for a, _ in pairs))
    parts = []
    for left_out in range(n):
        rest = pairs[:left_out] + pairs[left_out + 1 :]
        parts.append(math.log(sum(b for _, b in rest) / sum(a for a, _ in rest)))
    error = math.sqrt((n - 1) / n * sum((part - mean(parts)) ** 2 for part in parts))
    half = quantile(n - 1) * error
    return [math.exp(whole - half) - 1, math.exp(whole + half) - 1]


def projection(days, left):
    """What is there and `left` days more like these, with the prediction interval of their sum."""
    known, middle = len(days), mean(days)
    half = quantile(known - 1) * stdev(days) * math.sqrt(left * (1 + left / known))
    end = sum(days) + left * middle
    return [end, max(sum(days), end - half), end + half]


def coaching(own, others):
    """One case against a small sample: the prediction of one more change."""

    def change(pair):
        return mean(pair[1]) / mean(pair[0]) - 1

    changes = [change(pair) for pair in others]
    gap = change(own) - mean(changes)
    half = quantile(len(changes) - 1) * math.hypot(stdev(changes), stdev(changes) / math.sqrt(len(changes)))
    return [gap, gap - half, gap + half]


def survival(lives):
    """The product limit in exact fractions, straight from its definition."""
    steps, height, greenwood = [], Fraction(1), Fraction(0)
    for time in sorted({days for days, ended in lives if ended}):
        at_risk = sum(1 for days, _ in lives if days >= time)
        ended = sum(1 for days, gone in lives if days == time and gone)
        height *= 1 - Fraction(ended, at_risk)
        band = None
        if height > 0:
            greenwood += Fraction(ended, at_risk * (at_risk - ended))
            spread = Z * math.sqrt(greenwood) / abs(math.log(height))
            centre = math.log(-math.log(height))
            band = [math.exp(-math.exp(centre + spread)), math.exp(-math.exp(centre - spread))]
        steps.append((time, height, band))
    half = Fraction(1, 2)
    median = next((time for time, height, _ in steps if height <= half), None)
    interval = None
    if steps:
        low = next((t for t, _, band in steps if band is None or band[0] <= 0.5), 0.0)
        high = next((t for t, _, band in steps if band is not None and band[1] <= 0.5), None)
        interval = [low, high]
    return {
        "steps": [[time, float(height), band] for time, height, band in steps],
        "median": median,
        "interval": interval,
    }


# --- the funnel, by brute force. Times are hours before now; now is 2026-11-17 16:30 UTC, a Tuesday.

RUNGS, WON, LOST, PARKED = 6, 5, 6, 7


def visits(lead):
    """The visits to stages of the ladder: stage, hours at entry, hours at exit, what came next."""
    path = []
    for stage, hours in lead["moves"]:
        if not path or path[-1][0] != stage:
            path.append((stage, hours))
    found = []
    for index, (stage, hours) in enumerate(path):
        if stage >= RUNGS:
            continue
        following = path[index + 1] if index + 1 < len(path) else None
        found.append((stage, hours, following[1] if following else None, following[0] if following else None))
    return found


def fate(lead, visit):
    stage, _, _, following = visit
    if following is None:
        return "handed" if lead["merged"] else "still"
    if following == LOST:
        return "lost"
    if following >= RUNGS:
        return "handed"
    return "advanced" if following > stage else "back"


def arrivals(lead, rung, passed):
    """When a lead came to a stage, with the visits after that."""
    found, all_visits = [], visits(lead)
    for index, (stage, enter, leave, following) in enumerate(all_visits):
        if stage == rung:
            found.append((enter, all_visits[index + 1 :]))
        if passed and index == 0 and stage > rung:
            found.append((enter, all_visits))
        if passed and stage < rung and following is not None and rung < following < RUNGS:
            found.append((leave, all_visits[index + 1 :]))
    return sorted(found, key=lambda arrival: -arrival[0])


def funnel(question):
    leads, passed, horizon = question["leads"], question["passed"], question["horizon"]
    genuine = [lead for lead in leads if not lead["merged"]]
    wait = 24 * (horizon or 0)
    length = 24 * 91

    def due(hours):
        # The latest cohort: entered at most 13 weeks before the horizon, which is over (now counts as over).
        return wait <= hours < wait + length

    def young(hours):
        return 0 <= hours < wait

    def in_time(start, hours):
        return horizon is None or start - hours <= wait

    rows = []
    for rung in range(RUNGS):
        all_visits = [(lead, visit) for lead in leads for visit in visits(lead) if visit[0] == rung]
        recent = [(lead, visit) for lead, visit in all_visits if visit[1] < length]
        fates = [fate(lead, visit) for lead, visit in recent]
        kinds = ["advanced", "lost", "back", "handed", "still"]
        row = {
            "balance": [len(recent)] + [fates.count(kind) for kind in kinds],
            "now": sum(1 for lead, visit in all_visits if fate(lead, visit) == "still"),
            "entries": sum(1 for lead in leads for when, _ in arrivals(lead, rung, passed) if when < length),
        }
        if rung > 0:
            row["step"] = step(genuine, rung - 1, passed, horizon, due, young, in_time)
        row["cumulative"] = cumulative(genuine, rung, passed, horizon, due, young, in_time)
        lives = []
        for lead, (_, enter, leave, following) in all_visits:
            merged = fate(lead, (rung, enter, leave, following)) == "handed" and following is None
            if enter < 24 * 182 and not merged:
                lives.append(((enter - (leave or 0)) / 24, leave is not None))
        row["median"] = survival(lives)["median"]
        row["open"] = sum(1 for _, ended in lives if not ended)
        rows.append(row)
    sources = {}
    for lead in genuine:
        walk = visits(lead)
        if not walk or walk[0][1] > 24 * 120:
            continue
        tally = sources.setdefault(lead["source"], [0, 0, 0])
        if any(visit[0] == WON for visit in walk):
            tally[0] += 1
        elif fate(lead, walk[-1]) == "lost":
            tally[1] += 1
        else:
            tally[2] += 1
    return {
        "rows": rows,
        "sources": sorted(
            ([name, won, won + lost, other] for name, (won, lost, other) in sources.items()),
            key=lambda row: json.dumps(row, separators=(",", ":")),
        ),
        "weeks": weeks(genuine),
        "signed": sum(1 for lead in genuine if any(visit[0] == WON for visit in visits(lead))),
    }


def still_on_the_way(lead):
    walk = visits(lead)
    return bool(walk) and fate(lead, walk[-1]) == "still"


def step(leads, rung, passed, horizon, due, young, in_time):
    hits = n = pending = 0
    for lead in leads:
        arrived = arrivals(lead, rung, passed)
        counted = [arrival for arrival in arrived if due(arrival[0])]
        if not counted:
            pending += any(young(arrival[0]) for arrival in arrived)
            continue
        n += 1
        start, after = counted[0]
        wanted = [v for v in after if (v[0] > rung if passed else v[0] == rung + 1)]
        if any(in_time(start, visit[1]) for visit in wanted):
            hits += 1
        elif horizon is None:
            pending += still_on_the_way(lead)
    return [hits, n, pending]


def cumulative(leads, rung, passed, horizon, due, young, in_time):
    hits = n = pending = 0
    for lead in leads:
        walk = visits(lead)
        if not walk:
            continue
        start = walk[0][1]
        if not due(start):
            pending += young(start)
            continue
        n += 1
        wanted = [v for v in walk if (v[0] >= rung if passed else v[0] == rung)]
        if any(in_time(start, visit[1]) for visit in wanted):
            hits += 1
        elif horizon is None:
            pending += still_on_the_way(lead)
    return [hits, n, pending]


def weeks(leads):
    """Now is 40.5 hours after Monday midnight UTC."""
    since_monday = 40.5
    counts = []
    for ago in range(7, -1, -1):
        oldest, youngest = since_monday + 168 * ago, since_monday + 168 * (ago - 1)
        starts = [visits(lead)[0][1] for lead in leads if visits(lead)]
        ends = [[v[1] for v in visits(lead) if v[0] == WON] for lead in leads]
        counts.append(
            [
                sum(1 for hours in starts if youngest < hours <= oldest),
                sum(1 for times in ends if times and youngest < times[0] <= oldest),
            ]
        )
    return counts


def main():
    question = json.load(sys.stdin)
    answer = {}
    if "shares" in question:
        shares, lists = question["shares"], question["lists"]
        turned = lists[1:] + lists[:1]
        answer = {
            "wilson": [wilson(hits, n) for hits, n in shares],
            "count_ratio": [count_ratio(hits, n - hits) for hits, n in shares],
            "difference": [difference(a, b) for a, b in zip(shares, shares[1:] + shares[:1])],
            "student": [quantile(degrees) for degrees in question["degrees"]],
            "gini": [gini(values) for values in lists],
            "jain": [jain(values) for values in lists],
            "median_interval": [median_interval(values) for values in lists],
            "ratio_of_means": [ratio_of_means(now, before) for now, before in zip(lists, turned)],
            "ratio_of_sums": [ratio_of_sums(list(zip(a, b))) for a, b in zip(lists, turned)],
            "projection": [projection(values, 1 + len(values) % 20) for values in lists],
            "coaching": coaching(question["coached"], question["others"]),
            "survival": [survival(lives) for lives in question["lives"]],
        }
    if "funnel" in question:
        answer["funnel"] = funnel(question["funnel"])
    json.dump(answer, sys.stdout)


main()

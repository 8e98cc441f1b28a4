"""Computes the figures of the portfolio a second time, from lists of days, in exact fractions.

Reads one JSON object from standard input and writes one to standard output. Standard library only.
"""

import json
import sys
from datetime import date, timedelta
from fractions import Fraction


def exact(values):
    return [Fraction(value) for value in values]


def growth(before, now):
    return None if before == 0 else float(now / before - 1)


def month_on_month(before, now):
    """Change of the totals and of the mean day; a month is its list of days."""
    before, now = exact(before), exact(now)
    total = growth(sum(before), sum(now))
    daily = growth(sum(before) / len(before), sum(now) / len(now))
    return [total, daily]


def to_date(before, now):
    """The running month against the same days of the month before; both stop where the shorter ends."""
    length = min(len(before), len(now))
    return growth(sum(exact(before[:length])), sum(exact(now[:length])))


def like_for_like(pairs):
    kept = [(Fraction(a), Fraction(b)) for a, b in pairs if a is not None and b is not None]
    before = sum((a for a, _ in kept), Fraction(0))
    now = sum((b for _, b in kept), Fraction(0))
    everyone = growth(
        sum((Fraction(a) for a, _ in pairs if a is not None), Fraction(0)),
        sum((Fraction(b) for _, b in pairs if b is not None), Fraction(0)),
    )
    joined = sum(1 for a, b in pairs if a is None and b is not None)
    left = sum(1 for a, b in pairs if a is not None and b is None)
    return [growth(before, now), everyone, len(kept), joined, left]


def concentration(values):
    """Shares by sorting; Gini as the mean absolute difference of all pairs over twice the mean."""
    values = sorted(exact(values), reverse=True)
    total = sum(values)
    if total == 0:
        return [None, None, None, None]
    n = len(values)
    pairs = sum(abs(a - b) for a in values for b in values)
    gini = pairs / (2 * n * total)
    return [float(sum(values[:top]) / total) for top in (1, 5, 10)] + [float(gini)]


def valid_days(hours):
    known = [Fraction(hour) for hour in hours if hour is not None]
    return [sum(1 for hour in known if hour >= 1), len(known), len(hours) - len(known)]


def dark(days):
    count = 0
    for day in reversed(days):
        if day != 0:
            break
        count += 1
    return count


def active(rosters):
    """Each creator: figure of the month before and of this one; empty is not managed."""
    managed = [now for _, now in rosters if now is not None]
    start = [now for before, now in rosters if before is not None]
    return [
        sum(1 for now in managed if now > 0),
        len(managed),
        sum(1 for now in start if now is not None and now > 0),
        len(start),
    ]


def days_pace(target, done, left):
    """What people who coach creators chase by: days short over days left."""
    short = max(0, target - done)
    if short == 0:
        band = "done"
    elif short > left:
        band = "gone"
    elif done == 0:
        band = "not started"
    elif Fraction(short) <= Fraction(2, 5) * left:
        band = "on track"
    elif Fraction(short) <= Fraction(7, 10) * left:
        band = "tight"
    else:
        band = "urgent"
    return [short, float(Fraction(short, left)) if left else None, band]


def graduation(networks, within, first, last, today):
    first, last, today = map(date.fromisoformat, (first, last, today))
    hits = due = 0
    for signed, graduated in networks:
        signed = date.fromisoformat(signed)
        end = signed + timedelta(days=within)
        if not first <= end <= last or end >= today or signed > today:
            continue
        due += 1
        if graduated is not None:
            graduated = date.fromisoformat(graduated)
            hits += graduated <= today and (graduated - signed).days <= within
    return [hits, due]


def main():
    asked = json.load(sys.stdin)
    answer = {
        "months": [month_on_month(*pair) for pair in asked["months"]],
        "to_date": [to_date(*pair) for pair in asked["to_date"]],
        "like": [like_for_like(pairs) for pairs in asked["like"]],
        "values": [concentration(values) for values in asked["values"]],
        "hours": [valid_days(hours) for hours in asked["hours"]],
        "dark": [dark(days) for days in asked["dark"]],
        "rosters": [active(rosters) for rosters in asked["rosters"]],
        "days": [days_pace(*row) for row in asked["days"]],
        "graduation": [graduation(*row) for row in asked["graduation"]],
    }
    json.dump(answer, sys.stdout)


main()

"""Draw a year of card payments: customers with habits, merchants, and five kinds of fraud that shift over the months.

Every number here and in `payments` is this course's own choice, made for a believable exercise; none is taken
from a bank. The order of causes: a map of cities and merchants; customers with a home, habits, devices and journeys;
their payments; then fraud upon them; last, who noticed which fraud, and when. Nothing drawn for fraud alone becomes a
column.
"""

from layerwise.data.drawing import payments as base

# Kind of fraud: share of all fraud, share that nobody ever notices, median days until it is reported.
KINDS = {
    "card testing": (0.17, 0.20, 4),
    "stolen card": (0.33, 0.03, 1.5),
    "account takeover": (0.28, 0.05, 6),
    "collusion": (0.10, 0.25, 28),
    "impersonation": (0.12, 0.10, 12),
}
FRAUD = 0.0085  # share of all payments
MISTAKEN = 0.00006  # share of honest payments that are reported as fraud


def draw(*, seed, customers=1000, months=12):
    """Return card payments in time order, and what became known of them.

    Args:
        seed: The same seed draws the same payments.
        customers: How many people pay; each makes about 100 payments a year.
        months: How many calendar months, from January on. The kinds of fraud shift over the whole time, however long.

    Returns:
        A dict: ``table``, ``target``, ``labels`` (see the data set's card).
    """
    import numpy as np

    rng = np.random.default_rng(seed)
    end = (np.datetime64(base.START, "M") + months).astype("datetime64[s]")
    seconds = int((end - np.datetime64(base.START, "s")).astype("int64"))
    world = base.world_of(rng, customers, seconds)
    own = base.honest(rng, world)
    parts = [own, *_fraud(rng, world, round(len(own["time"]) * FRAUD / (1 - FRAUD)))]
    rows = {name: np.concatenate([part[name] for part in parts]) for name in own}
    order = np.flatnonzero(rows["time"] < seconds)
    order = rng.permutation(order)  # before a stable sort, so that payments of the same second are in no telling order
    order = order[np.argsort(rows["time"][order], kind="stable")]
    return _tables(rng, world, {name: values[order] for name, values in rows.items()})


def _fraud(rng, w, total):
    """Yield the payments of each kind of fraud."""
    for kind, (name, (share, _, _)) in enumerate(KINDS.items()):
        yield _SCHEMES[name](rng, w, max(round(total * share), 3), kind)


def _when(rng, w, count, weight, hours):
    """Draw moments: `weight` of the share of time that has passed says how likely; `hours` is (mean, spread)."""
    import numpy as np

    days = np.arange(w.seconds // base.DAY)
    chance = np.maximum(weight((days + 0.5) / len(days)), 0)
    hour = rng.normal(*hours, count) % 24
    return rng.choice(days, count, p=base.shares(chance)) * base.DAY + np.rint(hour * 3600).astype("int64")


def _episodes(rng, rows, low, high, minutes):
    """Split rows into episodes of `low` to `high` payments.

    Returns:
        The number of episodes; each row's episode; its place within; seconds since the episode's first payment.
    """
    import numpy as np

    sizes = rng.integers(low, high + 1, max(round(rows / ((low + high) / 2)), 1))
    which = np.repeat(np.arange(len(sizes)), sizes)
    first = np.cumsum(sizes) - sizes
    step = np.arange(len(which)) - first[which]
    gap = np.where(step > 0, np.rint(rng.exponential(minutes * 60, len(which))).astype("int64") + 5, 0)
    since = np.cumsum(gap)
    return len(sizes), which, step, since - since[first[which]]


def _card_testing(rng, w, rows, kind):
    """Someone tries stolen numbers with many tiny payments online; sometimes one large one follows. Fades away."""
    import numpy as np

    count, which, step, since = _episodes(rng, rows, 3, 11, 4)
    start = _when(rng, w, count, lambda f: 1 - f / 0.75, (15, 6))
    who = rng.integers(0, w.customers, count)[which]
    category = rng.choice([base.NAMES.index(name) for name in ("games", "subscriptions", "entertainment")], len(which))
    amount = np.exp(rng.normal(np.log(2.2), 0.6, len(which)))
    large = (step == 2) & (rng.random(len(which)) < 0.3)
    amount, category = np.where(large, amount * 90, amount), np.where(large, base.NAMES.index("electronics"), category)
    # One try in two comes through a network of hijacked machines: another device each time.
    many, one = base.new_devices(w, len(which)), base.new_devices(w, count)[which]
    device = np.where((rng.random(count) < 0.5)[which], many, one)
    time = start[which] + since
    merchant = w.shops + category * base.SITES + rng.integers(0, base.SITES, len(which))
    return base.rows_of(w, who, time, merchant, amount, device, time, kind=kind)


def _stolen_card(rng, w, rows, kind):
    """Someone spends with the card itself until it is blocked, ever higher, near home or far. All year."""
    import numpy as np

    count, which, step, since = _episodes(rng, rows, 3, 8, 25)
    victim = rng.integers(0, w.customers, count)
    where = rng.random(count)
    city = np.where(where < 0.2, w.home[victim], np.where(where < 0.8, rng.integers(0, base.HOME, count),
                    rng.integers(base.HOME, base.HOME + 3, count)))
    category = rng.choice(
        [base.NAMES.index(n) for n in ("groceries", "fuel", "clothing", "electronics", "restaurants", "gift cards")],
        len(which), p=(0.2, 0.15, 0.25, 0.2, 0.1, 0.1),
    )
    amount = base.amounts(rng, w, victim[which], category) * 1.3 * 1.3**step
    time = _when(rng, w, count, lambda f: 1 + 0 * f, (15, 4))[which] + since
    merchant = base.at(city[which], category, rng.integers(0, base.SHOPS, len(which)))
    return base.rows_of(w, victim[which], time, merchant, amount, 0, time, kind=kind)


def _account_takeover(rng, w, rows, kind):
    """Someone logs in as the customer, mostly from another device, and buys what sells again. Grows over the year."""
    import numpy as np

    count, which, _, since = _episodes(rng, rows, 1, 4, 30)
    start = _when(rng, w, count, lambda f: 0.6 + 0.8 * f, (0.5, 3))
    who = rng.integers(0, w.customers, count)[which]
    category = rng.choice(
        [base.NAMES.index(n) for n in ("electronics", "gift cards", "clothing", "travel")], len(which),
        p=(0.5, 0.22, 0.18, 0.1),
    )
    time = start[which] + since
    own, known = base.own_device(rng, w, who, time)
    new = (rng.random(count) < 0.85)[which]
    device, known = np.where(new, base.new_devices(w, count)[which], own), np.where(new, start[which], known)
    amount = 140 * np.exp(rng.normal(0, 0.8, len(which)))
    merchant = w.shops + category * base.SITES + rng.integers(0, base.SITES, len(which))
    return base.rows_of(w, who, time, merchant, amount, device, known, kind=kind)


def _collusion(rng, w, rows, kind):
    """A few shops charge cards that were not there, mostly after hours; another shop takes over now and then."""
    import numpy as np

    category = rng.choice([base.NAMES.index(n) for n in ("restaurants", "clothing", "electronics")], 4)
    shops = base.at(rng.choice(w.home, 4), category, rng.integers(0, base.SHOPS, 4))
    time = _when(rng, w, rows, lambda f: 1 + 0 * f, (21, 2.5))
    shop = shops[np.minimum(time * 4 // w.seconds, 3)]
    who = rng.integers(0, w.customers, 20 * rows).reshape(20, rows)
    near = np.argmax(w.home[who] == w.merchant_city[shop], axis=0)  # the first of twenty who lives in the shop's city
    who = who[near, np.arange(rows)]
    amount = np.where(rng.random(rows) < 0.3, rng.integers(8, 28, rows) * 5, np.exp(rng.normal(np.log(75), 0.45, rows)))
    return base.rows_of(w, who, time, shop, amount, 0, time, kind=kind)


def _impersonation(rng, w, rows, kind):
    """A caller talks people, older ones above all, into paying themselves, on their own device. Last third."""
    import numpy as np

    count, which, _, since = _episodes(rng, rows, 1, 3, 30)
    start = _when(rng, w, count, lambda f: (f - 0.6) * (f > 0.67), (13, 2.5))
    who = rng.choice(w.customers, count, p=base.shares(np.array([0.5, 0.6, 1, 2.2])[w.age]))[which]
    category = rng.choice([base.NAMES.index("transfers"), base.NAMES.index("gift cards")], len(which), p=(0.65, 0.35))
    time = start[which] + since
    device, known = base.own_device(rng, w, who, time)
    amount = 300 * np.exp(rng.normal(0, 0.6, len(which)))
    merchant = w.shops + category * base.SITES + rng.integers(0, base.SITES, len(which))
    return base.rows_of(w, who, time, merchant, amount, device, known, kind=kind)


_SCHEMES = {
    "card testing": _card_testing, "stolen card": _stolen_card, "account takeover": _account_takeover,
    "collusion": _collusion, "impersonation": _impersonation,
}


def _tables(rng, w, rows):
    """Return what a bank sees at the moment of payment, and what became known later."""
    import numpy as np
    import pandas as pd

    who, merchant, time = rows["who"], rows["merchant"], rows["time"]
    true = rows["kind"] >= 0
    unseen, median = (np.array([KINDS[name][i] for name in KINDS])[rows["kind"]] for i in (1, 2))
    reported = np.where(true, rng.random(len(who)) >= unseen, rng.random(len(who)) < MISTAKEN)
    delay = np.round(np.where(true, median, 20) * np.exp(rng.normal(0, 0.8, len(who))), 1)
    previous = pd.Series(time).groupby(who).shift().to_numpy()
    seen = pd.Series(time).groupby([who, rows["device"]]).transform("min").to_numpy()
    since = np.where(rows["known"] < 0, rows["known"], seen)  # a device is known from its first payment on
    numbers = rng.permutation(w.next_device) + 1  # people see shuffled numbers, so that a new device has no high one
    present = merchant < w.shops
    category = np.where(present, merchant // base.SHOPS % len(base.NAMES), (merchant - w.shops) // base.SITES)
    table = pd.DataFrame({
        "time": np.datetime64(base.START, "s") + time.astype("timedelta64[s]"),
        "customer": who + 1,
        "age_band": np.array(base.AGES, object)[w.age[who]],
        "amount": rows["amount"],
        "merchant": w.merchant_number[merchant],
        "category": np.array(base.NAMES, object)[category],
        "country": np.array(base.COUNTRIES, object)[w.merchant_country[merchant]],
        "card_present": present,
        "distance_km": np.round(np.hypot(*(w.place[merchant] - w.address[who]).T), 1),
        "device": np.where(rows["device"] > 0, numbers[rows["device"]], 0),
        "device_age_days": np.where(rows["device"] > 0, np.round((time - since) / base.DAY, 2), np.nan),
        "hours_since_last": np.round((time - previous) / 3600, 3),
        "fraud": reported.astype("int64"),
    })
    labels = pd.DataFrame({
        "truth": true.astype("int64"),
        "kind": np.array([*KINDS, "none"], object)[rows["kind"]],
        "reported_after_days": np.where(reported, delay, np.nan),
    })
    return {"table": table, "target": "fraud", "labels": labels}

"""Draw who pays what, where and when: a map, merchants, customers with habits, and their honest payments.

`transactions` adds the fraud; what is said there of the numbers holds here.
"""

from types import SimpleNamespace

DAY = 86_400  # seconds
START = "2024-01-01"

# Category: share of payments, median amount, spread of its logarithm, share paid online, two usual hours.
CATEGORIES = {
    "groceries": (0.28, 27, 0.75, 0.04, (11, 17.5)),
    "restaurants": (0.16, 19, 0.65, 0.06, (12.7, 19.5)),
    "fuel": (0.08, 48, 0.40, 0.00, (8, 17)),
    "transport": (0.10, 7, 0.80, 0.45, (8, 17.5)),
    "pharmacy": (0.05, 14, 0.70, 0.10, (10.5, 16.5)),
    "clothing": (0.08, 46, 0.70, 0.45, (14, 20)),
    "electronics": (0.035, 110, 1.00, 0.60, (14, 20.5)),
    "entertainment": (0.06, 16, 0.70, 0.60, (18, 21)),
    "travel": (0.025, 150, 0.90, 0.85, (12, 20.5)),
    "subscriptions": (0.06, 10, 0.50, 1.00, (3, 12)),
    "games": (0.03, 3.5, 0.80, 1.00, (16, 22)),
    "gift cards": (0.015, 35, 0.70, 0.70, (13, 19)),
    "transfers": (0.025, 110, 1.10, 1.00, (11, 19)),
}
NAMES = tuple(CATEGORIES)
AGES = ("18-29", "30-44", "45-59", "60+")
COUNTRIES = ("home", "neighbour", "overseas")
HOME, ABROAD = 12, 6  # cities
SHOPS, SITES = 6, 24  # merchants of a category in each city, and online


def world_of(rng, customers, seconds):
    """Draw the map, the merchants and the customers with their habits."""
    import numpy as np

    kinds, w = len(NAMES), SimpleNamespace(customers=customers, seconds=seconds)
    angle, far = rng.uniform(0, 2 * np.pi, ABROAD), np.r_[rng.uniform(700, 1500, 3), rng.uniform(3000, 9000, 3)]
    w.city = np.concatenate([
        rng.uniform(0, 450, (HOME, 2)), 225 + np.stack([np.cos(angle), np.sin(angle)], 1) * far[:, None],
    ])
    w.country = np.r_[np.zeros(HOME, int), 1, 1, 1, 2, 2, 2]
    # Merchants are numbered by city (the last "city" is the internet), category and shop; people see shuffled numbers.
    w.shops = (HOME + ABROAD) * kinds * SHOPS
    count = w.shops + kinds * SITES
    w.merchant_city = np.r_[np.repeat(np.arange(HOME + ABROAD), kinds * SHOPS), np.full(kinds * SITES, -1)]
    w.place = np.where(w.merchant_city[:, None] < 0, np.nan, w.city[w.merchant_city] + rng.normal(0, 6, (count, 2)))
    w.merchant_country = np.where(
        w.merchant_city < 0, rng.choice(3, count, p=(0.7, 0.18, 0.12)), w.country[w.merchant_city]
    )
    w.merchant_number = rng.permutation(count) + 1
    w.home = rng.choice(HOME, customers, p=shares(1 / np.arange(1, HOME + 1) ** 0.7))
    w.address = w.city[w.home] + rng.normal(0, 8, (customers, 2))
    w.age = rng.choice(4, customers, p=(0.24, 0.28, 0.26, 0.22))
    w.busy = shares(rng.lognormal(0, 0.6, customers))
    w.rich = rng.lognormal(0, 0.35, customers)
    w.late = rng.normal(0, 1.2, customers) + (w.age == 0) - (w.age == 3)  # hours
    w.online = rng.lognormal(0, 0.4, customers) * np.array([1.3, 1.15, 0.9, 0.6])[w.age]
    taste = np.array([CATEGORIES[name][0] for name in NAMES]) * rng.gamma(2.5, 1 / 2.5, (customers, kinds))
    taste[:, NAMES.index("games")] *= np.array([3, 1, 0.3, 0.1])[w.age]
    w.taste = np.cumsum(taste / taste.sum(1, keepdims=True), 1)
    w.favourite_shop = rng.integers(0, SHOPS, (customers, kinds, 3))
    w.favourite_site = rng.integers(0, SITES, (customers, kinds, 3))
    # A phone, perhaps a computer, and the phone that takes the first one's place some day (for half of the people).
    w.device = rng.permutation(3 * customers).reshape(customers, 3) + 1
    replaced = rng.uniform(0, 2, customers) * seconds
    w.known = np.stack([-rng.exponential(300, customers) * DAY, -rng.exponential(500, customers) * DAY, replaced], 1)
    w.two = rng.random(customers) < 0.6
    w.trip = rng.uniform(0, seconds, (customers, 2))
    w.trip_length = rng.uniform(4, 15, (customers, 2)) * DAY * (rng.random((customers, 2)) < 0.6)
    w.trip_city = rng.choice(HOME + ABROAD, (customers, 2), p=shares(np.r_[np.full(HOME, 0.5), 2, 2, 2, 1, 1, 1]))
    w.next_device = 3 * customers + 1
    return w


def shares(values):
    return values / values.sum()


def honest(rng, w):
    """Draw what customers pay themselves."""
    import numpy as np

    days = np.arange(w.seconds // DAY)
    date = np.datetime64(START, "D") + days
    weekday, month = (date.astype("int64") + 3) % 7, date.astype("datetime64[M]").astype("int64") % 12
    season = np.array([0.93, 0.93, 0.97, 1, 1, 1.02, 1.04, 0.97, 0.98, 1, 1.07, 1.25])
    busy = np.array([0.88, 0.88, 0.93, 1, 1.2, 1.3, 0.8])[weekday] * season[month]
    count = rng.poisson(w.customers * len(days) * 0.232)
    who, day = rng.choice(w.customers, count, p=w.busy), rng.choice(days, count, p=shares(busy))
    category = (rng.random(count)[:, None] > w.taste[who]).sum(1)
    hours = np.array([CATEGORIES[name][4] for name in NAMES])[category, rng.integers(0, 2, count)]
    time = day * DAY + np.rint((hours + w.late[who] + rng.normal(0, 2, count)) % 24 * 3600).astype("int64")
    # A shopping round: another shop within the hour. Games: more small payments within minutes.
    round_ = np.flatnonzero(rng.random(count) < 0.11)
    small = np.flatnonzero(category == NAMES.index("games"))
    small = np.repeat(small, rng.integers(0, 5, len(small)) * (rng.random(len(small)) < 0.35))
    other = (rng.random(len(round_))[:, None] > w.taste[who[round_]]).sum(1)
    time = np.r_[time, time[round_] + np.rint(rng.exponential(1500, len(round_))).astype("int64") + 60,
                 time[small] + np.rint(rng.exponential(400, len(small))).astype("int64") + 20]
    who, category = np.r_[who, who[round_], who[small]], np.r_[category, other, category[small]]
    passed = time / w.seconds
    online = np.array([CATEGORIES[name][3] for name in NAMES])[category]
    online = rng.random(len(who)) < np.where(online < 1, online * w.online[who] * (0.9 + 0.25 * passed), 1)
    amount = amounts(rng, w, who, category) * (1 + 0.04 * passed)  # prices rise
    merchant = np.where(online, _site(rng, w, who, category), _shop(rng, w, who, category, time))
    return rows_of(w, who, time, merchant, amount, *own_device(rng, w, who, time), kind=-1)


def amounts(rng, w, who, category):
    import numpy as np

    median, spread = (np.array([CATEGORIES[name][i] for name in NAMES]) for i in (1, 2))
    return median[category] * w.rich[who] * np.exp(rng.normal(0, 1, len(who)) * spread[category])


def _site(rng, w, who, category):
    """Return online merchants: mostly the customer's own, else any of the category."""
    import numpy as np

    usual = w.favourite_site[who, category, rng.integers(0, 3, len(who))]
    site = np.where(rng.random(len(who)) < 0.75, usual, rng.integers(0, SITES, len(who)))
    return w.shops + category * SITES + site


def _shop(rng, w, who, category, time):
    """Return shops: at home mostly the usual ones; on a journey, or a day out, any there."""
    import numpy as np

    out = rng.random(len(who)) < 0.03
    city = np.where(out, rng.integers(0, HOME, len(who)), w.home[who])
    for trip in range(2):
        away = (time >= w.trip[who, trip]) & (time < w.trip[who, trip] + w.trip_length[who, trip])
        city = np.where(away, w.trip_city[who, trip], city)
    usual = (rng.random(len(who)) < 0.75) & (city == w.home[who])
    shop = np.where(usual, w.favourite_shop[who, category, rng.integers(0, 3, len(who))],
                    rng.integers(0, SHOPS, len(who)))
    return at(city, category, shop)


def at(city, category, shop):
    return (city * len(NAMES) + category) * SHOPS + shop


def own_device(rng, w, who, time):
    """Return the customers' devices and since when each is known: phone or computer, rarely a borrowed one."""
    import numpy as np

    slot = np.where(w.two[who] & (rng.random(len(who)) < 0.35), 1, np.where(time >= w.known[who, 2], 2, 0))
    known, device = w.known[who, slot], w.device[who, slot]
    borrowed = rng.random(len(who)) < 0.02
    return np.where(borrowed, new_devices(w, len(who)), device), np.where(borrowed, time, known)


def new_devices(w, count):
    import numpy as np

    w.next_device += count
    return np.arange(w.next_device - count, w.next_device)


def rows_of(w, who, time, merchant, amount, device, known, *, kind):
    """Return payments as a dict of arrays of equal length."""
    import numpy as np

    present = merchant < w.shops
    return {
        "who": who, "time": time, "merchant": merchant,
        "amount": np.maximum(np.round(amount, 2), 0.5),
        "device": np.where(present, 0, device), "known": np.where(present, np.nan, known),
        "kind": np.full(len(who), kind),
    }

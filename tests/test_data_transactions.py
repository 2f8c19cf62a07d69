"""Card payments: the same for the same seed, no column that tells, learnable but not easy, shifting over the year."""

import re
import time

import numpy as np
import pandas as pd
import pytest
from layerwise import data
from layerwise.suggest import CourseError

COLUMNS = {
    "time": "M", "customer": "i", "age_band": "O", "amount": "f", "merchant": "i", "category": "O", "country": "O",
    "card_present": "b", "distance_km": "f", "device": "i", "device_age_days": "f", "hours_since_last": "f",
    "fraud": "i",
}
KINDS = {"card testing", "stolen card", "account takeover", "collusion", "impersonation"}


@pytest.fixture(scope="module")
def payments():
    return data.load("transactions")


@pytest.fixture(scope="module")
def features(payments):
    """What a learner computes in a few lines: numbers, gaps filled, categories as numbers or columns."""
    table = payments.table
    plain = pd.DataFrame({
        "amount": np.log(table.amount), "hour": table.time.dt.hour, "present": table.card_present.astype(float),
        "distance": np.log1p(table.distance_km.fillna(0)), "age": np.log1p(table.device_age_days.fillna(1000)),
        "gap": np.log1p(table.hours_since_last.fillna(1000)),
    })
    words = table[["category", "country", "age_band"]].astype("category")
    return plain, words


@pytest.fixture(scope="module")
def parts(payments):
    month = payments.table.time.dt.month.to_numpy()
    return month <= 8, month > 8


def test_the_columns_are_the_promised_ones(payments):
    table = payments.table
    assert payments.source == "drawn" and payments.target == "fraud"
    kinds = {name: "O" if table[name].dtype.kind not in "Mifb" else table[name].dtype.kind for name in table}
    assert kinds == COLUMNS
    assert list(payments.labels) == ["truth", "kind", "reported_after_days"]
    assert 90_000 < len(table) < 110_000 and len(payments.labels) == len(table)
    assert table.time.is_monotonic_increasing
    assert (table.time.min().year, table.time.max().month, table.time.max().year) == (2024, 12, 2024)
    assert table.customer.nunique() > 950
    assert table.amount.min() >= 0.5 and table.amount.max() < 50_000


def test_gaps_are_where_they_mean_something(payments):
    table = payments.table
    assert (table.distance_km.isna() == ~table.card_present).all()
    assert ((table.device == 0) == table.card_present).all()
    assert (table.device_age_days.isna() == table.card_present).all()
    assert (table.hours_since_last.isna() == ~table.customer.duplicated()).all()
    assert (table.device_age_days.dropna() >= 0).all() and (table.hours_since_last.dropna() >= 0).all()
    assert (payments.labels.reported_after_days.notna() == (table.fraud == 1)).all()


def test_hours_and_device_ages_are_those_of_the_rows(payments):
    table = payments.table
    hours = table.groupby("customer").time.diff().dt.total_seconds() / 3600
    assert np.allclose(hours.dropna(), table.hours_since_last.dropna(), atol=0.001)
    online = table[~table.card_present]
    days = (online.time - online.groupby(["customer", "device"]).time.transform("min")).dt.total_seconds() / 86_400
    offset = online.device_age_days - days  # the same for all payments with a device: how old it was at its first
    assert (offset.groupby([online.customer, online.device]).agg(np.ptp) < 0.02).all()


def test_the_same_seed_draws_the_same_payments():
    first, again, other = (data.load("transactions", seed=seed, customers=60, months=3) for seed in (1, 1, 2))
    assert first.table.equals(again.table) and first.labels.equals(again.labels)
    assert not first.table.equals(other.table)
    assert set(first.table.time.dt.month) == {1, 2, 3} and first.table.customer.max() <= 60


def test_drawing_takes_a_moment():
    start = time.process_time()
    data.load("transactions")
    assert time.process_time() - start < 5


def test_fraud_is_rare_and_the_known_label_is_late_and_not_quite_right(payments):
    known, truth = payments.table.fraud == 1, payments.labels.truth == 1
    assert 0.003 < known.mean() < 0.01 and 0.003 < truth.mean() < 0.01
    assert 0.05 < (truth & ~known).sum() / truth.sum() < 0.2
    assert 0 < (known & ~truth).sum() < 0.05 * known.sum()
    assert set(payments.labels.kind[truth]) == KINDS and set(payments.labels.kind[~truth]) == {"none"}
    delay = payments.labels.reported_after_days.groupby(payments.labels.kind).median()
    assert delay["stolen card"] < 3 < 14 < delay["collusion"]


def test_the_kinds_shift_over_the_year(payments):
    month = payments.table.time.dt.month
    counts = pd.crosstab(payments.labels.kind, month)
    assert counts.loc["card testing", :4].sum() > 50 and counts.loc["card testing", 10:].sum() == 0
    assert counts.loc["impersonation", :8].sum() == 0 and counts.loc["impersonation", 9:].sum() > 50
    assert counts.loc["account takeover", 7:].sum() > 1.2 * counts.loc["account takeover", :6].sum()
    assert counts.loc["stolen card"].to_numpy().reshape(4, 3).sum(axis=1).min() > 20


def test_customers_have_habits(payments):
    honest = payments.table[payments.labels.truth == 0]
    near = honest[honest.card_present]
    assert 0.75 < (near.distance_km < 40).mean() < 0.99
    for rows, least in ((near, 0.72), (honest[~honest.card_present], 0.6)):  # ten of 1,700 merchants
        usual = rows.groupby("customer").merchant.agg(lambda one: one.value_counts(normalize=True).head(10).sum())
        assert usual.median() > least
    again = honest.duplicated(["customer", "merchant"]).mean()
    assert 0.5 < again < 0.95
    assert honest.groupby(honest.time.dt.month).size().idxmax() == 12
    by_day = honest.groupby(honest.time.dt.day_of_week).size()
    assert by_day[5] > 1.2 * by_day[6]
    assert honest.groupby("age_band").category.value_counts(normalize=True).unstack().games.idxmax() == "18-29"


def test_no_column_tells_by_itself(payments):
    from sklearn.metrics import average_precision_score, roc_auc_score

    table, truth = payments.table.drop(columns="fraud"), payments.labels.truth
    numbers = table.select_dtypes(["number", "bool"]).astype(float).fillna(-1).assign(row=range(len(table)))
    numbers["second"] = table.time.dt.second
    numbers["cents"] = np.round(table.amount * 100) % 100
    for name, values in numbers.items():
        best = max(average_precision_score(truth, sign * values) for sign in (1, -1))
        assert best < 0.1, name
    online = ~table.card_present
    for name, rows in {"customer": truth >= 0, "merchant": truth >= 0, "device": online, "second": truth >= 0}.items():
        assert 0.4 < roc_auc_score(truth[rows], numbers[name][rows]) < 0.6, name
    for name in ("category", "country", "age_band"):
        assert truth.groupby(table[name]).mean().max() < 0.2, name


def test_never_fraud_is_nearly_always_right_and_worthless(payments, parts):
    assert (payments.table.fraud[parts[1]] == 0).mean() > 0.99


def test_a_rule_set_finds_some(payments, parts):
    table, later = payments.table, parts[1]
    alarm = ~table.card_present & (table.device_age_days < 2) & (table.amount > 100)
    alarm |= ~table.card_present & (table.hours_since_last < 0.2) & (table.amount < 5)
    alarm |= (table.distance_km > 100) & (table.amount > 80) & (table.hours_since_last < 3)
    found, right = alarm[later & (table.fraud == 1)].mean(), table.fraud[later & alarm].mean()
    assert 0.15 < found < 0.6 and 0.05 < right < 0.5


def test_models_are_neither_at_chance_nor_perfect_and_boosting_beats_a_linear_one(payments, features, parts):
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import average_precision_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from threadpoolctl import threadpool_limits

    (plain, words), (early, later), fraud = features, parts, payments.table.fraud.to_numpy()
    linear = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500))
    dummies = plain.join(pd.get_dummies(words).astype(float))
    linear = linear.fit(dummies[early], fraud[early]).predict_proba(dummies[later])[:, 1]
    boosting = HistGradientBoostingClassifier(
        categorical_features="from_dtype", learning_rate=0.06, max_iter=120, max_leaf_nodes=15, min_samples_leaf=30,
        l2_regularization=5, early_stopping=False, random_state=0,
    )
    both = plain.join(words)
    with threadpool_limits(1):  # its threads wait for each other where cores are shared, and take minutes
        boosting = boosting.fit(both[early], fraud[early]).predict_proba(both[later])[:, 1]
    base = fraud[later].mean()
    linear, boosted = (average_precision_score(fraud[later], score) for score in (linear, boosting))
    assert 10 * base < linear < 0.6
    assert linear + 0.08 < boosted < 0.75
    # What it has never seen, it does not find.
    new = (payments.labels.kind == "impersonation").to_numpy()
    rows = later & (new | (payments.labels.truth == 0).to_numpy())
    assert average_precision_score(new[rows], boosting[rows[later]]) < 0.2


@pytest.mark.parametrize(("options", "says"), [
    ({"customers": 5}, "customers of 'transactions' is 5; expected was a whole number from 50 to 20,000"),
    ({"months": 2.5}, "2.5; expected was a whole number from 3 to 36"),
    ({"seed": -1}, "seed of 'transactions' is -1"),
    ({"customer": 500}, "Did you mean"),
    ({"source": "bundled"}, "has no source 'bundled'"),
])
def test_a_wrong_option_says_what_there_is(options, says):
    with pytest.raises(CourseError, match=re.escape(says)):
        data.load("transactions", **options)


def test_the_card_says_what_it_is_not(payments):
    page = payments._repr_html_()
    for words in ("Not a bank", "split by time", "drawn by a generator", "not to be used as inputs"):
        assert words in page
    assert "00:" in page and "nan" not in page.lower().replace("finance", "")

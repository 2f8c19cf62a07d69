"""Drawn texts: letters to a support desk and company reports; believable, seeded, neither easy nor hopeless."""

import re
import shutil
import time

import numpy as np
import pytest
from layerwise import data, paths
from layerwise.data import writing
from layerwise.data.drawing import tickets as draw_tickets
from layerwise.suggest import CourseError

WORDINGS = [
    ("support_tickets", "phrases.toml"), ("support_tickets", "articles.toml"), ("company_reports", "phrases.toml"),
]


@pytest.fixture(scope="module")
def tickets():
    return data.load("support_tickets")


@pytest.fixture(scope="module")
def reports():
    return data.load("company_reports")


def linear(x_train, y_train, **options):
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    return make_pipeline(
        TfidfVectorizer(sublinear_tf=True, **options), LogisticRegression(C=10, tol=1e-3, max_iter=300)
    ).fit(x_train, y_train)


# Both -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "size"), [("support_tickets", 400), ("company_reports", 30)])
def test_the_same_seed_gives_the_same_texts(name, size):
    one, same, other = (data.load(name, seed=seed, size=size) for seed in (3, 3, 4))
    assert one.source == "drawn" and one.x_train.tolist() == same.x_train.tolist()
    assert one.table.equals(same.table) and one.y_test.tolist() == same.y_test.tolist()
    assert one.x_train.tolist() != other.x_train.tolist()


@pytest.mark.parametrize(
    ("name", "size", "start"),
    [
        ("support_tickets", 100, "locked out\nPlease unlock my account, I need"),
        ("company_reports", 20, "At 102.9 million, sales held"),
    ],
)
def test_the_first_text_of_seed_0_is_the_same_everywhere(name, size, start):
    assert data.load(name, seed=0, size=size).x_train[0].startswith(start)


@pytest.mark.parametrize("name", ["support_tickets", "company_reports"])
def test_drawing_takes_a_moment_and_the_card_says_what_it_is_not(name):
    start = time.process_time()
    drawn = data.load(name)
    assert time.process_time() - start < 5
    page = drawn._repr_html_()
    assert "drawn by a generator" in page and "what it is not" in page
    assert str(drawn.x_train[np.argmax(drawn.y_train == 0)])[:8] in page
    assert set(drawn.arrays) == set(drawn.card.arrays)


@pytest.mark.parametrize("name", ["support_tickets", "company_reports"])
def test_texts_read_like_texts(name):
    drawn = data.load(name, seed=7)
    odd = re.compile(r"[{}<>|]|  |\s[.,;?]|\.\.|\ba [aei]\w|\b(the|a|an) (the|a|an)\b")
    for text in [*drawn.x_train, *drawn.x_test]:
        assert not odd.search(text), text


@pytest.mark.parametrize(
    ("name", "options", "says"),
    [
        ("support_tickets", {"sed": 1}, 'takes no \'sed\'.*Did you mean "seed"'),
        ("support_tickets", {"size": 5}, "from 100 to 100,000"),
        ("support_tickets", {"seed": -1}, "at least 0"), ("support_tickets", {"seed": 1.5}, "a whole number"),
        ("support_tickets", {"quarters": 9}, "takes no 'quarters'"),
        ("company_reports", {"quarters": 4}, "from 8 to 40"), ("company_reports", {"size": None}, "a whole number"),
    ],
)
def test_odd_options_are_refused(name, options, says):
    with pytest.raises(CourseError, match=says):
        data.load(name, **options)


@pytest.mark.parametrize(("name", "file"), WORDINGS)
@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda whole: None, "is missing"), (lambda whole: whole[:-40], "cut short or is no TOML|lacks wordings"),
        (lambda whole: b"", "holds no text"),
        (lambda whole: whole + "# Götz".encode("latin-1"), "not written in UTF-8"),
        (lambda whole: whole.decode().encode("utf-16"), "UTF-16"), (lambda whole: b"a = 1", "lacks wordings"),
    ],
)
def test_damaged_wordings_say_how_to_bring_them_back(tmp_path, name, file, damage, says):
    shutil.copytree(paths.bundled() / name, tmp_path / name)
    path = tmp_path / name / file
    content = damage(path.read_bytes())
    path.unlink() if content is None else path.write_bytes(content)
    with pytest.raises(CourseError, match=f"(?s)wordings in .*{name}.*({says}).*git checkout"):
        writing.load(name, folder=tmp_path)


# Support tickets ------------------------------------------------------------------------------------------------------


def test_tickets_have_all_that_a_desk_knows(tickets):
    table = tickets.table
    assert len(table) == 6000 and len(tickets.x_train) == 4500 and len(tickets.x_test) == 1500
    assert len(tickets.classes) == 12 and tickets.classes[-1] == "other"
    assert set(np.unique(tickets.y_train)) == set(np.unique(tickets.y_test)) == set(range(12))
    assert np.bincount(tickets.y_train).min() > 150
    assert set(table["priority"]) == set(draw_tickets.PRIORITIES)
    assert set(table["sentiment"]) == set(draw_tickets.SENTIMENTS)
    assert table["customer"].nunique() < 2100 and table["queue"].nunique() > 6
    assert 0.07 < (table["second_intent"] != "").mean() < 0.13
    test = table[table["part"] == "test"]
    assert tickets.x_test[0] == f"{test.iloc[0]['subject']}\n{test.iloc[0]['body']}".strip()
    assert 300 < table["received"].dt.date.nunique() <= 731


def test_the_desk_files_some_training_tickets_wrongly_and_no_test_ticket(tickets):
    assert 0.02 < (tickets.y_train != tickets.true_train).mean() < 0.06
    test = tickets.table[tickets.table["part"] == "test"]
    assert (test["intent"] == test["true_intent"]).all()
    assert [tickets.classes[k] for k in tickets.y_test] == test["true_intent"].tolist()


def test_no_test_ticket_stands_in_training_and_half_are_worded_anew(tickets):
    plain = [{re.sub(r"[^a-z]", "", text.lower()) for text in part} for part in (tickets.x_train, tickets.x_test)]
    assert not plain[0] & plain[1]
    assert len(plain[0]) == 4500 and len(plain[1]) == 1500
    assert 0.45 < tickets.new_test.mean() < 0.55


def test_a_linear_model_on_tickets_is_good_and_falls_on_new_wordings(tickets):
    model = linear(tickets.x_train, tickets.y_train)
    right = model.predict(tickets.x_test) == tickets.y_test
    assert 0.75 < right.mean() < 0.93
    assert 0.55 < right[tickets.new_test].mean() < 0.85 < right[~tickets.new_test].mean()


def test_every_page_answers_some_tickets_and_the_words_alone_do_not_find_it(tickets):
    from sklearn.feature_extraction.text import TfidfVectorizer

    pages = tickets.articles["title"] + " " + tickets.articles["text"]
    assert set(tickets.article_train) == {-1, *range(len(pages))}
    assert ((tickets.article_test == -1) == (tickets.y_test == tickets.classes.index("other"))).all()
    questions = tickets.questions
    assert questions["article"].value_counts().min() >= 2 and set(questions["article"]) == set(range(len(pages)))
    words = TfidfVectorizer(stop_words="english", sublinear_tf=True)
    index = words.fit_transform(pages)
    found = np.asarray((words.transform(questions["question"]) @ index.T).todense()).argmax(1)
    assert 0.1 < (found == questions["article"]).mean() < 0.6


def test_answers_stand_on_their_page(tickets):
    """Each number in an answer is a number of the page, so a reader can check it."""
    for question in tickets.questions.itertuples():
        page = tickets.articles["text"][question.article]
        for number in re.findall(r"\d[\d. ]*", question.answer):
            assert number.strip(" .") in page, question


# Company reports ------------------------------------------------------------------------------------------------------


def test_reports_figures_and_sentences_fit_together(reports):
    table, sentences, companies = reports.table, reports.sentences, reports.companies
    assert len(companies) == 240 and companies["name"].nunique() == 240
    assert len(reports.x_train) + len(reports.x_test) == len(table) > 3000
    assert not set(reports.company_train) & set(reports.company_test)
    assert table["text"][5] == " ".join(sentences[sentences["report"] == 5]["sentence"])
    assert table["warnings"].tolist() == (sentences["warning"] != "").groupby(sentences["report"]).sum().tolist()
    assert reports.x_test[3] == table["text"][reports.report_test[3]]
    assert 0.03 < table["trouble"].mean() < 0.12 and sentences["warning"].nunique() == 12
    assert (table["cash"] > 0).all() and (table["days_to_report"] >= 18).all()
    for row in table.head(200).itertuples():
        assert f"{row.revenue:,.1f} million" in row.text


def test_trouble_comes_after_the_last_report_and_is_told_within_a_year(reports):
    table, companies = reports.table, reports.companies
    bad = companies[companies["trouble_seen"]]
    assert len(bad) > 30
    for company in bad.itertuples():
        own = table[table["company"] == company.company]
        assert own["quarter"].max() < company.trouble_quarter and own["trouble"].tolist()[-4:] == [1] * 4
        assert own["trouble"].sum() == 4
    fine = companies[companies["outcome"].isin(["well", "rough patch"])]["company"]
    assert table[table["company"].isin(fine)]["trouble"].sum() == 0


def test_warnings_rise_before_trouble_and_false_alarms_exist(reports):
    table = reports.table
    outcome = reports.companies["outcome"][table["company"]].to_numpy()
    near = table[table["trouble"] == 1]["warnings"].mean()
    assert near > 3 * table[outcome == "well"]["warnings"].mean() > 0
    assert table[outcome == "rough patch"]["warnings"].max() >= 3


def test_warning_sentences_of_the_test_part_are_new_in_part(reports):
    sentences = reports.sentences.assign(part=reports.table["part"][reports.sentences["report"]].to_numpy())
    warned = sentences[(sentences["warning"] != "") & (sentences["warning"] != "hedging")]
    shape = warned["sentence"].str.replace(r"[\d.,]+", "0", regex=True)
    known = set(shape[warned["part"] == "train"])
    assert 0.3 < (~shape[warned["part"] == "test"].isin(known)).mean() < 0.8


def test_simple_methods_on_reports_are_neither_hopeless_nor_perfect(reports):
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.metrics import f1_score, roc_auc_score

    table = reports.table
    train, test = table[table["part"] == "train"], table[table["part"] == "test"]
    words = linear(reports.x_train, reports.y_train, min_df=2).predict_proba(reports.x_test)[:, 1]
    assert 0.65 < roc_auc_score(reports.y_test, words) < 0.92

    def figures(part):
        return np.c_[
            part["change"], part["operating_profit"] / part["revenue"], part["cash"] / part["revenue"],
            part["debt"] / part["revenue"], part["days_of_sales"], part["days_to_report"],
        ]

    model = HistGradientBoostingClassifier(max_depth=3, max_iter=60, random_state=0)
    model.fit(figures(train), train["trouble"])
    assert 0.7 < roc_auc_score(test["trouble"], model.predict_proba(figures(test))[:, 1]) < 0.93
    keywords = test["text"].str.count(r"(?i)covenant|going concern|liquidity|auditor|overdue|waiver|delay|uncertain")
    assert roc_auc_score(test["trouble"], keywords) < 0.7
    assert 0.75 < roc_auc_score(test["trouble"], test["warnings"]) < 0.95

    sentences = reports.sentences.assign(part=table["part"][reports.sentences["report"]].to_numpy())
    learn, check = (sentences[sentences["part"] == part] for part in ("train", "test"))
    found = linear(learn["sentence"], learn["warning"] != "").predict(check["sentence"])
    assert 0.55 < f1_score(check["warning"] != "", found) < 0.92


def test_an_event_is_not_reported_twice_in_the_same_words(reports):
    for words in ("A chief restructuring officer has been appointed", "has resigned", "covenant of our loan"):
        sentences = reports.sentences[reports.sentences["sentence"].str.contains(words)]
        company = reports.table["company"][sentences["report"]].to_numpy()
        assert len(company) > 3 and np.bincount(company).max() == 1, words

"""The course in a real browser: open, run all, drag, draw, answer; nothing red, nothing from outside."""

import math
import time

import lab
import pytest

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

SMOKE = {"LAYERWISE_PROFILE": "smoke"}

PATIENCE = 10_000
PRESS = """async (explorer) => {
  const picture = explorer.querySelector('.layerwise-picture'), before = picture.dataset.serial;
  const began = performance.now(), passed = () => performance.now() - began;
  document.activeElement.dispatchEvent(
    new KeyboardEvent('keydown', { key: 'ArrowRight', keyCode: 39, bubbles: true })
  );
  while (picture.dataset.serial === before && passed() < %d) await new Promise((done) => setTimeout(done, 2));
  return passed();
}""" % PATIENCE


@pytest.fixture(scope="module")


def server(root):
    """JupyterLab over copies of the learner's notebooks, in the smoke profile."""
    files = {
        f"{folder}/{path.name}": path
        for folder in ("notebooks", "labs")
        for path in sorted((root / folder).glob("[0-9]*.ipynb"))
    }
    with lab.running(files, environment=SMOKE) as running:
        yield running


@pytest.fixture(scope="class")


def page(server, request):
    """The notebook that the test's class names, run from top to bottom."""
    with server.page(request.cls.notebook, height=1000, simple=True) as page:
        page.ran = page.run_all(timeout=300)
        yield page


def clean(page):
    """Fail with what the page logged or asked for, if it did."""
    assert page.errors == []
    assert page.outside == []


def scroll(page, y):
    """Scroll the notebook to `y` pixels from its top; return whether that was possible."""
    moved = page.raw.evaluate(
        """(y) => {
          const panel = document.querySelector('.jp-WindowedPanel-outer');
          panel.scrollTo(0, y);
          return y < panel.scrollHeight;
        }""",
        y,
    )
    page.raw.wait_for_timeout(200)
    return moved


def centred(page, element):
    """Bring an element to the middle of the window and return it once it stays there.

    JupyterLab measures cells as they come into sight and moves the page after that.
    """
    height, before = page.raw.viewport_size["height"], None
    for _ in range(40):
        element.evaluate("(element) => element.scrollIntoView({block: 'center'})")
        page.raw.wait_for_timeout(200)
        box = element.bounding_box()
        if box == before and box and 0 < box["y"] < height - min(box["height"], 300):
            return element
        before = box
    raise AssertionError(f"the page never came to rest around {element}")


def find(page, selector):
    """Scroll until an element is there and return it: JupyterLab draws only what is near the window."""
    y = 0
    while scroll(page, y):
        found = page.raw.locator(selector).first
        if found.count() and found.is_visible():
            return centred(page, found)
        y += 600
    raise AssertionError(f"nothing on the page matches {selector}")


def drag(page, element, points):
    """Draw a line through points given as shares of an element's width and height."""
    box = element.bounding_box()
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    page.raw.mouse.move(*places[0])
    page.raw.mouse.down()
    for place in places[1:]:
        page.raw.mouse.move(*place)
    page.raw.mouse.up()


class TestLesson00:
    notebook = "notebooks/00_start_here.ipynb"

    def test_it_runs_from_top_to_bottom(self, page):
        assert page.ran
        clean(page)

    def test_the_first_screen_asks_before_it_shows_code(self, page):
        scroll(page, 0)
        texts = page.raw.locator(".jp-Notebook .jp-Cell").all_inner_texts()
        question = next(i for i, text in enumerate(texts) if "How can a machine read a digit" in text)
        code = next(i for i, text in enumerate(texts) if "import os" in text)
        assert question < code

    def test_a_guess_is_noted(self, page):
        find(page, "button:has-text('about half')").click()
        page.raw.locator(".layerwise-asked", has_text="Noted:").first.wait_for(timeout=20_000)
        clean(page)

    def test_a_digit_is_drawn_and_recognised(self, page):
        paper = find(page, ".layerwise-pad canvas")
        around = [math.tau * step / 40 for step in range(41)]
        drag(page, paper, [(0.5 + 0.2 * math.sin(t), 0.5 - 0.3 * math.cos(t)) for t in around])
        says = page.raw.locator(".layerwise-pad-says")
        says.filter(has_text="reads").wait_for(timeout=20_000)
        page.raw.wait_for_timeout(1000)
        assert "rule reads 0" in says.inner_text()
        assert "convnet reads 0" in says.inner_text()
        page.raw.locator(".layerwise-pad-clear").click()
        says.filter(has_text="Draw a digit").wait_for(timeout=20_000)
        clean(page)


class TestLesson02:
    notebook = "notebooks/02_neural_networks.ipynb"

    def test_it_runs_from_top_to_bottom(self, page):
        assert page.ran
        clean(page)

    def test_a_slider_is_dragged_and_the_picture_follows(self, page):
        explorer = find(page, ".layerwise-explorer:has-text('weight w₁')")
        slider = explorer.locator(".widget-slider:has-text('bias') .noUi-handle")
        sentence = explorer.locator(".layerwise-says")
        before = sentence.inner_text()
        width = slider.bounding_box()["width"]
        drag(page, slider, [(0.5 + 5 * step / width, 0.5) for step in range(9)])
        end = time.monotonic() + 20
        while sentence.inner_text() == before and time.monotonic() < end:
            page.raw.wait_for_timeout(50)
        assert sentence.inner_text() != before
        clean(page)

    def test_arrow_keys_move_a_slider_and_each_press_redraws(self, page):
        explorer = find(page, ".layerwise-explorer:has-text('weight w₁')")
        explorer.locator(".noUi-handle").first.focus()
        took = sorted(explorer.evaluate(PRESS) for _ in range(12))
        # Printed, not asserted: what a time is worth depends on what else the machine does (docs/measuring.md).
        print(f"key press to redrawn plot: median {took[len(took) // 2]:.0f} ms, fastest {took[0]:.0f} ms")
        assert took[-1] < PATIENCE, "a key press was not followed by a new picture"
        clean(page)

    def test_the_playground_trains_and_stops(self, page):
        button = find(page, "button:has-text('Train')")
        sentence = page.raw.locator(".layerwise-explorer:has-text('hidden layers') .layerwise-says")
        button.click()
        sentence.filter(has_text="After").wait_for(timeout=30_000)
        seen = set()
        for _ in range(20):
            page.raw.wait_for_timeout(250)
            seen.add(sentence.inner_text())
        assert len(seen) > 3, "the picture should change many times while it trains"
        page.raw.locator("button:has-text('Pause')").click()
        page.raw.locator("button:has-text('Train')").wait_for(timeout=20_000)
        clean(page)

    def test_a_guess_is_made_by_keyboard_alone(self, page):
        button = find(page, "button:has-text('AND and OR, but not XOR')")
        button.focus()
        page.raw.keyboard.press("Enter")
        page.raw.locator(".layerwise-asked", has_text="Noted: AND and OR").first.wait_for(timeout=20_000)
        clean(page)

    def test_a_wrong_answer_in_a_quiz_is_met_with_help(self, page):
        find(page, "button:has-text('600')").click()
        page.raw.locator(".layerwise-asked", has_text="Each of the 20 units has a bias too").wait_for(timeout=20_000)
        find(page, "button:has-text('620')").click()
        page.raw.locator(".layerwise-asked", has_text="30 × 20 weights and 20 biases").wait_for(timeout=20_000)
        clean(page)


class TestLesson01:
    notebook = "notebooks/01_input_data.ipynb"

    def test_every_cell_runs_and_every_explorer_is_drawn(self, page):
        assert page.ran
        for text in ("how it fits", "your text", "window in samples", "frames apart", "first row", "sort by class"):
            explorer = find(page, f".layerwise-explorer:has-text('{text}')")
            explorer.locator(".layerwise-picture .main-svg").first.wait_for(timeout=30_000)
        clean(page)

    def test_a_photo_is_padded_instead_of_cropped(self, page):
        explorer = find(page, ".layerwise-explorer:has-text('how it fits')")
        explorer.locator("select").nth(1).select_option("pad")
        explorer.locator(".layerwise-says", has_text="Pad keeps the whole photo").wait_for(timeout=30_000)
        clean(page)

    def test_what_is_typed_becomes_numbers(self, page):
        explorer = find(page, ".layerwise-explorer:has-text('your text')")
        explorer.locator("input[type=text]").fill("see you tomorrow")
        explorer.locator(".layerwise-says", has_text="3 tokens").wait_for(timeout=30_000)
        clean(page)

    def test_a_sound_can_be_heard_before_and_after(self, page):
        explorer = find(page, ".layerwise-explorer:has-text('window in samples')")
        player = explorer.locator("audio")
        before = player.get_attribute("src")
        explorer.locator("button:has-text('Hear the numbers')").click()
        page.raw.wait_for_function(
            "(before) => document.querySelector('.layerwise-explorer audio').src !== before", arg=before, timeout=30_000
        )
        clean(page)


class TestLab01:
    notebook = "labs/01_input_data.ipynb"

    def test_an_untouched_lab_runs_through_and_says_that_nothing_was_tried(self, page):
        assert page.ran
        assert find(page, ".layerwise-not-tried").is_visible()
        clean(page)


class TestLesson05:
    notebook = "notebooks/05_backpropagation.ipynb"

    def test_it_runs_from_top_to_bottom(self, page):
        assert page.ran
        clean(page)

    def test_the_graph_is_stepped_through_by_keyboard(self, page):
        explorer = find(page, ".layerwise-explorer:has-text('expression')")
        sentence = explorer.locator(".layerwise-says")
        explorer.locator(".widget-slider:has-text('step') .noUi-handle").focus()
        for said in ("Step 1 of 11, forward", "Step 2 of 11, forward"):
            explorer.evaluate(PRESS)
            sentence.filter(has_text=said).wait_for(timeout=20_000)
        clean(page)

    def test_a_larger_learning_rate_is_told_apart(self, page):
        explorer = find(page, ".layerwise-explorer:has-text('momentum')")
        sentence = explorer.locator(".layerwise-says")
        before = sentence.inner_text()
        explorer.locator(".widget-slider:has-text('learning rate') .noUi-handle").focus()
        for _ in range(3):
            explorer.evaluate(PRESS)
        sentence.filter(has_text="learning rate 0.045").wait_for(timeout=20_000)
        assert sentence.inner_text() != before
        clean(page)


class TestLab02:
    notebook = "labs/02_neural_networks.ipynb"

    def test_an_untouched_lab_runs_through_and_says_that_nothing_was_tried(self, page):
        assert page.ran
        assert find(page, ".layerwise-not-tried").is_visible()
        clean(page)


class TestLesson06:
    notebook = "notebooks/06_prediction.ipynb"

    def test_it_runs_from_top_to_bottom(self, page):
        assert page.ran
        clean(page)

    def test_noise_is_mixed_in_by_keyboard_and_the_answer_follows(self, page):
        explorer = find(page, ".layerwise-explorer:has-text('share of noise')")
        sentence = explorer.locator(".layerwise-says")
        explorer.locator(".widget-slider:has-text('share of noise') .noUi-handle").focus()
        page.raw.keyboard.press("End")
        sentence.filter(has_text="Nothing is left of the picture").wait_for(timeout=20_000)
        page.raw.keyboard.press("Home")
        sentence.filter(has_text="Without noise").wait_for(timeout=20_000)
        clean(page)

    def test_another_pair_is_chosen(self, page):
        explorer = find(page, ".layerwise-explorer:has-text('share of noise')")
        explorer.locator(".widget-dropdown:has-text('to') select").last.select_option("bag")
        explorer.locator(".layerwise-says").filter(has_text="to bag").wait_for(timeout=20_000)
        clean(page)

    def test_the_price_of_a_mistake_moves_the_best_threshold(self, page):
        explorer = find(page, ".layerwise-explorer:has-text('price of a mistake')")
        explorer.locator(".widget-slider:has-text('price of asking') .noUi-handle").focus()
        page.raw.keyboard.press("Home")
        explorer.locator(".layerwise-says").filter(has_text="With a question at 0").wait_for(timeout=20_000)
        clean(page)


class TestLab06:
    notebook = "labs/06_prediction.ipynb"

    def test_an_untouched_lab_runs_through(self, page):
        assert page.ran
        assert find(page, ".layerwise-not-tried").is_visible()
        clean(page)


class TestLesson04:
    notebook = "notebooks/04_training.ipynb"

    def test_it_runs_from_top_to_bottom(self, page):
        assert page.ran
        clean(page)

    def test_the_race_plays_and_pauses(self, page):
        explorer = find(page, ".layerwise-explorer:has-text('start, first weight')")
        sentence = explorer.locator(".layerwise-says")
        explorer.locator("button:has-text('Reset')").click()
        sentence.filter(has_text="After 0 steps").wait_for(timeout=20_000)
        explorer.locator("button:has-text('Play')").click()
        explorer.locator("button:has-text('Pause')").wait_for(timeout=20_000)
        seen = set()
        for _ in range(12):
            page.raw.wait_for_timeout(250)
            seen.add(sentence.inner_text())
        assert len(seen) > 3, "the picture should change many times while it plays"
        explorer.locator("button:has-text('Pause')").click()
        explorer.locator("button:has-text('Play')").wait_for(timeout=20_000)
        clean(page)

    def test_arrow_keys_move_a_rate_along_the_finder(self, page):
        explorer = find(page, ".layerwise-explorer:has-text('your rate')")
        before = explorer.locator(".layerwise-says").inner_text()
        explorer.locator(".noUi-handle").first.focus()
        took = [explorer.evaluate(PRESS) for _ in range(4)]
        assert max(took) < PATIENCE, "a key press was not followed by a new picture"
        assert explorer.locator(".layerwise-says").inner_text() != before
        clean(page)


class TestLesson03:
    notebook = "notebooks/03_hidden_layers.ipynb"

    def test_it_runs_from_top_to_bottom(self, page):
        assert page.ran
        clean(page)

    def test_a_unit_answers_to_a_drawing(self, page):
        paper = find(page, ".layerwise-sketch canvas")
        explorer = page.raw.locator(".layerwise-explorer", has=page.raw.locator(".layerwise-sketch"))
        drag(page, paper, [(0.35 + 0.03 * step, 0.2 + 0.06 * step) for step in range(11)])
        explorer.locator(".layerwise-says", has_text="To your picture").wait_for(timeout=20_000)
        clean(page)

    def test_the_arrow_keys_walk_through_the_units(self, page):
        explorer = find(page, ".layerwise-explorer:has(.layerwise-sketch)")
        explorer.locator(".widget-slider:has-text('unit') .noUi-handle").first.focus()
        assert explorer.evaluate(PRESS) < PATIENCE
        clean(page)

    def test_a_layer_is_chosen_by_pointer_and_by_keyboard(self, page):
        explorer = find(page, ".layerwise-explorer:has(.layerwise-sketch)")
        explorer.locator(".layerwise-strip-option", has_text="hidden_4").click()
        explorer.locator(".layerwise-says", has_text="of hidden_4").wait_for(timeout=20_000)
        explorer.locator(".layerwise-strip input:checked").press("ArrowLeft")
        explorer.locator(".layerwise-says", has_text="of hidden_3").wait_for(timeout=20_000)
        clean(page)


class TestLab03:
    notebook = "labs/03_hidden_layers.ipynb"

    def test_an_untouched_lab_runs_through_and_says_that_nothing_was_tried(self, page):
        assert page.ran
        assert find(page, ".layerwise-not-tried").is_visible()
        clean(page)


class TestLesson07:
    notebook = "notebooks/07_ml_vs_dl.ipynb"
    explorer = ".layerwise-explorer:has-text('training examples')"

    def test_it_runs_from_top_to_bottom(self, page):
        assert page.ran
        clean(page)

    def test_arrow_keys_grow_the_data_and_the_sentence_follows(self, page):
        explorer = find(page, self.explorer)
        sentence = explorer.locator(".layerwise-says")
        handle = explorer.locator(".widget-slider .noUi-handle").first
        handle.focus()
        page.raw.keyboard.press("Home")
        page.raw.wait_for_timeout(1500)
        before = sentence.inner_text()
        handle.focus()
        assert explorer.evaluate(PRESS) < PATIENCE
        end = time.monotonic() + 20
        while sentence.inner_text() == before and time.monotonic() < end:
            page.raw.wait_for_timeout(50)
        assert sentence.inner_text() != before
        clean(page)

    def test_another_task_draws_other_curves(self, page):
        explorer = find(page, self.explorer)
        explorer.locator("select").first.select_option("payments")
        explorer.locator(".layerwise-says", has_text="payments").wait_for(timeout=20_000)
        clean(page)


class TestLab07:
    notebook = "labs/07_ml_vs_dl.ipynb"

    def test_an_untouched_lab_runs_through_and_says_that_nothing_was_tried(self, page):
        assert page.ran
        assert find(page, ".layerwise-not-tried").is_visible()
        clean(page)


class TestLesson08:
    notebook = "notebooks/08_convolutional_networks.ipynb"
    explorer = ".layerwise-explorer:has(.layerwise-grid)"

    def test_it_runs_from_top_to_bottom(self, page):
        assert page.ran
        clean(page)

    def test_a_weight_is_stepped_with_the_arrow_keys(self, page):
        explorer = find(page, self.explorer)
        cell = explorer.locator(".layerwise-grid input").nth(4)
        cell.focus()
        page.raw.keyboard.press("ArrowUp")
        explorer.locator(".layerwise-says", has_text="multiplies nine pixels by your weights").wait_for(timeout=20_000)
        assert float(cell.input_value()) == 0.25
        clean(page)

    def test_a_kernel_that_is_chosen_fills_the_grid(self, page):
        explorer = find(page, self.explorer)
        explorer.locator("select").nth(1).select_option("blur")
        explorer.locator(".layerwise-says", has_text="mean of nine pixels").wait_for(timeout=20_000)
        assert float(explorer.locator(".layerwise-grid input").nth(8).input_value()) == 0.11
        clean(page)

    def test_the_kernel_slides_over_a_drawing(self, page):
        explorer = find(page, self.explorer)
        paper = explorer.locator(".layerwise-sketch canvas").element_handle()
        drag(page, paper, [(0.5, 0.2 + 0.06 * step) for step in range(11)])
        end = time.monotonic() + 20
        while explorer.locator("select").nth(0).input_value() != "your own" and time.monotonic() < end:
            page.raw.wait_for_timeout(50)
        assert explorer.locator("select").nth(0).input_value() == "your own"
        clean(page)

    def test_more_layers_see_more(self, page):
        explorer = find(page, ".layerwise-explorer:has-text('gaps in the kernel')")
        explorer.locator(".widget-slider:has-text('convolutions') .noUi-handle").focus()
        assert explorer.evaluate(PRESS) < PATIENCE
        explorer.locator(".layerwise-says", has_text="see 9 × 9 pixels").wait_for(timeout=20_000)
        clean(page)


class TestLab08:
    notebook = "labs/08_convolutional_networks.ipynb"

    def test_an_untouched_lab_runs_through_and_says_that_nothing_was_tried(self, page):
        assert page.ran
        assert find(page, ".layerwise-not-tried").is_visible()
        clean(page)


class TestLesson13:
    notebook = "notebooks/13_autoencoders.ipynb"

    def test_it_runs_from_top_to_bottom(self, page):
        assert page.ran
        clean(page)

    def test_arrow_keys_walk_over_the_map(self, page):
        explorer = find(page, ".layerwise-explorer:has-text('first number')")
        sentence = explorer.locator(".layerwise-says")
        sentence.filter(has_text="At (0.0, 0.0)").wait_for(timeout=20_000)
        explorer.locator(".widget-slider:has-text('first number') .noUi-handle").focus()
        page.raw.keyboard.press("ArrowRight")
        sentence.filter(has_text="At (0.1, 0.0)").wait_for(timeout=20_000)
        clean(page)

    def test_a_click_on_the_map_is_a_move(self, page):
        explorer = find(page, ".layerwise-explorer:has-text('first number')")
        explorer.locator(".layerwise-picture .main-svg").first.wait_for()
        before = explorer.locator(".layerwise-says").inner_text()
        panel = explorer.locator(".layerwise-picture .nsewdrag").first
        box = panel.bounding_box()
        page.raw.mouse.click(box["x"] + 0.9 * box["width"], box["y"] + 0.1 * box["height"])
        explorer.locator(".layerwise-says").filter(has_not_text=before).wait_for(timeout=20_000)
        readout = explorer.locator(".widget-slider:has-text('first number') .widget-readout").inner_text()
        assert 2.0 <= float(readout) <= 2.8
        clean(page)

    def test_dear_alarms_are_never_raised(self, page):
        explorer = find(page, ".layerwise-explorer:has-text('price of a miss')")
        explorer.locator(".widget-slider:has-text('price of a miss') .noUi-handle").focus()
        page.raw.keyboard.press("Home")
        explorer.locator(".layerwise-says").filter(has_text="With a miss at 1").wait_for(timeout=20_000)
        clean(page)


class TestLab13:
    notebook = "labs/13_autoencoders.ipynb"

    def test_an_untouched_lab_runs_through(self, page):
        assert page.ran
        assert find(page, ".layerwise-not-tried").is_visible()
        clean(page)


class TestLesson11:
    notebook = "notebooks/11_attention.ipynb"
    explorer = ".layerwise-explorer:has-text('no looking ahead')"

    def test_it_runs_from_top_to_bottom(self, page):
        assert page.ran
        clean(page)

    def test_another_token_looks_elsewhere(self, page):
        explorer = find(page, self.explorer)
        explorer.locator(".widget-slider:has-text('token that looks') .noUi-handle").focus()
        assert explorer.evaluate(PRESS) < PATIENCE
        explorer.locator(".layerwise-says", has_text="Another token asks").wait_for(timeout=20_000)
        clean(page)

    def test_without_positions_a_head_dies(self, page):
        explorer = find(page, self.explorer)
        explorer.locator("select").first.select_option("one before")
        explorer.locator(".layerwise-says", has_text="turns its own position back").wait_for(timeout=20_000)
        explorer.locator("input[type=checkbox]").nth(1).click()
        explorer.locator(".layerwise-says", has_text="has nothing to compare").wait_for(timeout=20_000)
        clean(page)

    def test_recall_dies_with_a_head(self, page):
        explorer = find(page, ".layerwise-explorer:has-text('head 2: where is my like')")
        explorer.locator("input[type=checkbox]").first.click()
        explorer.locator(".layerwise-says", has_text="Head 1 is off").wait_for(timeout=20_000)
        clean(page)


class TestLab11:
    notebook = "labs/11_attention.ipynb"

    def test_an_untouched_lab_runs_through_and_says_that_nothing_was_tried(self, page):
        assert page.ran
        assert find(page, ".layerwise-not-tried").is_visible()
        clean(page)


class TestLesson09:
    notebook = "notebooks/09_transfer_learning.ipynb"
    explorer = ".layerwise-explorer:has-text('labels a class')"

    def test_it_runs_from_top_to_bottom(self, page):
        assert page.ran
        clean(page)

    def test_arrow_keys_buy_labels_and_the_sentence_follows(self, page):
        explorer = find(page, self.explorer)
        sentence = explorer.locator(".layerwise-says")
        handle = explorer.locator(".widget-slider .noUi-handle").first
        handle.focus()
        page.raw.keyboard.press("Home")
        sentence.filter(has_text="With 1 label a class").wait_for(timeout=20_000)
        handle.focus()
        assert explorer.evaluate(PRESS) < PATIENCE
        sentence.filter(has_text="With 3 labels a class").wait_for(timeout=20_000)
        clean(page)

    def test_another_method_is_held_against_the_network_from_scratch(self, page):
        explorer = find(page, self.explorer)
        explorer.locator("select").first.select_option("random eye")
        explorer.locator(".layerwise-says", has_text="random eye gets").wait_for(timeout=20_000)
        clean(page)


class TestLab09:
    notebook = "labs/09_transfer_learning.ipynb"

    def test_an_untouched_lab_runs_through_and_says_that_nothing_was_tried(self, page):
        assert page.ran
        assert find(page, ".layerwise-not-tried").is_visible()
        clean(page)


class TestLesson10:
    notebook = "notebooks/10_recurrent_networks.ipynb"
    explorer = ".layerwise-explorer:has-text('added to the keeping gate')"

    def test_it_runs_from_top_to_bottom(self, page):
        assert page.ran
        clean(page)

    def test_opening_the_forget_gate_brings_the_slope_back(self, page):
        explorer = find(page, self.explorer)
        explorer.locator(".widget-slider:has-text('added to the keeping gate') .noUi-handle").focus()
        assert explorer.evaluate(PRESS) < PATIENCE
        explorer.locator(".layerwise-says", has_text="forget gate now lets").wait_for(timeout=20_000)
        clean(page)

    def test_a_simple_cell_has_no_gates(self, page):
        explorer = find(page, self.explorer)
        explorer.locator("select").select_option("simple")
        explorer.locator(".layerwise-says", has_text="The simple cell as it starts").wait_for(timeout=20_000)
        clean(page)


class TestLab10:
    notebook = "labs/10_recurrent_networks.ipynb"

    def test_an_untouched_lab_runs_through_and_says_that_nothing_was_tried(self, page):
        assert page.ran
        assert find(page, ".layerwise-not-tried").is_visible()
        clean(page)


class TestLesson12:
    notebook = "notebooks/12_transformers.ipynb"

    def test_it_runs_from_top_to_bottom(self, page):
        assert page.ran
        clean(page)

    def test_another_word_is_hidden_with_the_arrow_keys(self, page):
        explorer = find(page, ".layerwise-explorer:has-text('hidden word')")
        explorer.locator(".widget-slider:has-text('hidden word') .noUi-handle").focus()
        assert explorer.evaluate(PRESS) < PATIENCE
        explorer.locator(".layerwise-says", has_text="With word 5 hidden").wait_for(timeout=20_000)
        clean(page)

    def test_writing_on_asks_for_the_next_piece(self, page):
        explorer = find(page, ".layerwise-explorer:has-text('the text so far')")
        explorer.locator("input[type='text']").fill("please cancel my")
        explorer.locator(".layerwise-says", has_text="After your text").wait_for(timeout=20_000)
        clean(page)

    def test_a_number_of_ones_own_is_translated(self, page):
        explorer = find(page, ".layerwise-explorer:has-text('to translate')")
        explorer.locator("input[type='text']").fill("seventy-two")
        explorer.locator(".layerwise-says", has_text="looks most at").wait_for(timeout=20_000)
        clean(page)


class TestLab12:
    notebook = "labs/12_transformers.ipynb"

    def test_an_untouched_lab_runs_through_and_says_that_nothing_was_tried(self, page):
        assert page.ran
        assert find(page, ".layerwise-not-tried").is_visible()
        clean(page)


class TestLesson14:
    notebook = "notebooks/14_generative_adversarial_networks.ipynb"
    explorer = ".layerwise-explorer:has-text('noise numbers')"

    def test_it_runs_from_top_to_bottom(self, page):
        assert page.ran
        clean(page)

    def test_the_theatre_plays_and_its_balance_is_turned_meanwhile(self, page):
        explorer = find(page, self.explorer)
        sentence = explorer.locator(".layerwise-says")
        explorer.locator("button:has-text('Play')").click()
        sentence.filter(has_text="steps of each").wait_for(timeout=30_000)
        seen = set()
        for _ in range(20):
            page.raw.wait_for_timeout(250)
            seen.add(sentence.inner_text())
        assert len(seen) > 3, "the picture should change many times while it plays"
        explorer.locator("button:has-text('Pause')").click()
        explorer.locator("button:has-text('Play')").wait_for(timeout=20_000)
        explorer.locator("select").nth(1).select_option("minimax")
        sentence.filter(has_text="minimax loss pushes").wait_for(timeout=20_000)
        clean(page)


class TestLab14:
    notebook = "labs/14_generative_adversarial_networks.ipynb"

    def test_an_untouched_lab_runs_through_and_says_that_nothing_was_tried(self, page):
        assert page.ran
        assert find(page, ".layerwise-not-tried").is_visible()
        clean(page)


class TestLesson17:
    notebook = "notebooks/17_speech.ipynb"
    explorer = ".layerwise-explorer:has-text('signal to noise')"

    def test_it_runs_from_top_to_bottom(self, page):
        assert page.ran
        clean(page)

    def test_sounds_can_be_played_and_do_not_start_by_themselves(self, page):
        player = find(page, ".jp-OutputArea audio:not([autoplay])")
        assert player.evaluate("async (audio) => { await audio.play(); return audio.duration; }") > 0.2
        clean(page)

    def test_the_arrow_keys_add_noise(self, page):
        explorer = find(page, self.explorer)
        explorer.locator(".widget-slider:has-text('echo of the room') .noUi-handle").focus()
        assert explorer.evaluate(PRESS) < PATIENCE
        explorer.locator(".layerwise-says", has_text="in a room with 0.1 s of echo").wait_for(timeout=20_000)
        clean(page)

    def test_letters_appear_while_it_plays(self, page):
        explorer = find(page, self.explorer)
        explorer.locator("button:has-text('Play')").click()
        explorer.locator(".layerwise-says", has_text="it has written").wait_for(timeout=20_000)
        explorer.locator(".layerwise-says", has_text="said was").wait_for(timeout=30_000)
        clean(page)

    def test_a_voice_is_recorded_and_read(self, page):
        explorer = find(page, self.explorer)
        explorer.locator("button:has-text('Speak')").click()
        explorer.locator("button:has-text('Stop')").wait_for(timeout=20_000)
        page.raw.wait_for_timeout(1500)
        explorer.locator("button:has-text('Stop')").click()
        explorer.locator(".layerwise-microphone-says", has_text="s heard").wait_for(timeout=60_000)
        explorer.locator(".layerwise-says", has_text="Nobody has told it").wait_for(timeout=60_000)
        clean(page)

    def test_without_a_microphone_it_says_what_to_do(self, page):
        explorer = find(page, self.explorer)
        page.raw.evaluate(
            "() => navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', 'NotFoundError'); }"
        )
        explorer.locator("button:has-text('Speak')").click()
        explorer.locator(".layerwise-microphone-says", has_text="There is no microphone").wait_for(timeout=20_000)
        clean(page)

    def test_a_file_of_ones_own_is_read(self, page, tmp_path):
        import soundfile

        tone = [0.4 * math.sin(place / 9) for place in range(12_000)]
        soundfile.write(tmp_path / "mine.wav", tone, 16_000)
        explorer = find(page, self.explorer)
        explorer.locator("input[type=file]").set_input_files(tmp_path / "mine.wav")
        explorer.locator(".layerwise-microphone-says", has_text="0.8 s heard").wait_for(timeout=20_000)
        clean(page)

"""Training of a letter reader: crops that show what they say, a run that goes on, honest limits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from film_script import film_model_with_letters

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.cli.main import main
from HipLandmarksLib.detection import load_card
from HipLandmarksLib.detection.film_letters import FilmLetter
from HipLandmarksLib.detection.letter_bundle import bundled_letter_reader, load_letter_reader
from HipLandmarksLib.detection.letter_card import LetterClass, LetterLimits
from HipLandmarksLib.errors import ConfigurationError
from HipLandmarksLib.synthesis.radiograph.objects import (
    Collimation,
    LetterShape,
    MarkerFrame,
    MarkerStyle,
    ObjectScene,
    ObjectShares,
    SideMarker,
)
from HipLandmarksLib.training import letter_pool as pool_module
from HipLandmarksLib.training import letter_run as run_module
from HipLandmarksLib.training.letter_config import LetterConfig
from HipLandmarksLib.training.letter_crops import CropMaker, visible_share
from HipLandmarksLib.training.letter_drawing import covered, drawn_letter, drawn_sign
from HipLandmarksLib.training.letter_errors import LetterFilm, chosen_limits, letter_figures
from HipLandmarksLib.training.letter_pool import LetterPool, letter_pool
from HipLandmarksLib.training.letter_run import run_letter_training
from HipLandmarksLib.training.letter_trainer import LetterTraining, augmented

from .film_views_of_balls import ball_store, ball_view

RIGHT, LEFT = Side.RIGHT, Side.LEFT
ORDER = list(LetterClass)


@pytest.fixture
def config(tmp_path, monkeypatch):
    monkeypatch.setattr(pool_module, "_PER_FILE", 3)
    views = ball_store(tmp_path / "views", "ab")
    return LetterConfig(
        tmp_path / "run",
        views,
        held_out_subjects=("b",),
        films=6,
        drawn=2,
        side_px=32,
        pixel_mm=1.2,
        widths=(4, 4, 4, 4),
        steps=3,
        batch=4,
    )


def marker_part(marker: SideMarker) -> np.ndarray:
    return covered(marker.flat_shapes(), marker.turn_deg, (101, 101), 0.5, np.zeros(2))


def test_drawn_lead_covers_what_the_marker_covers():
    foot = marker_part(SideMarker(LEFT, (0, 0), 30.0, 4.0))
    rows, columns = np.nonzero(foot > 0.5)
    assert columns[rows > 75].mean() > columns[rows < 60].mean() + 8
    assert foot.sum() * 0.25 == pytest.approx(4 * (30 + 0.7 * 30) + 8, rel=0.1)
    turned = marker_part(SideMarker(LEFT, (0, 0), 30.0, 4.0, turn_deg=90.0))
    assert np.abs(turned - np.rot90(foot, -1)).mean() < 0.005  # clockwise, as it looks


def test_a_letter_cut_out_of_a_sheet_is_left_free():
    make = {"style": MarkerStyle.CUT_OUT, "shape": LetterShape()}
    letter = marker_part(SideMarker(RIGHT, (0, 0), 25.0, 4.0)) > 0.9
    for frame in (MarkerFrame.BOX, MarkerFrame.RING):
        sheet = marker_part(SideMarker(RIGHT, (0, 0), 25.0, 4.0, frame=frame, **make))
        assert sheet[letter].max() < 0.2 and sheet.sum() > 2 * letter.sum()


def test_a_drawing_changes_the_middle_of_a_crop_and_leaves_what_is_beside_the_film():
    rng = np.random.default_rng(2)
    crop = np.full((112, 112), 0.3, np.float32)
    crop[:, :20] = np.nan
    for drawn in (drawn_letter(crop, 0.6, LEFT, rng), drawn_sign(crop, 0.6, rng)):
        assert np.array_equal(np.isnan(drawn), np.isnan(crop))
        assert np.nanmax(np.abs(drawn - crop)[30:80, 30:80]) > 0.03


def test_a_letter_is_seen_as_far_as_it_lies_on_the_film_and_in_the_field():
    view = ball_view()
    marker = SideMarker(LEFT, (150.0, 190.0), 30.0)
    assert visible_share(ObjectScene(view, (marker,)), marker) == 1
    field = Collimation((75.0, 120.0), (150.0, 240.0))  # the left half
    share = visible_share(ObjectScene(view, (marker, field)), marker)
    assert 0.5 < share < 0.9
    edge = replace(marker, place=(299.0, 190.0))
    assert 0.5 < visible_share(ObjectScene(view, (edge,)), edge) < 0.9


def test_crops_show_letters_of_lead_and_places_without_any(config):
    config = replace(config, objects=ObjectShares(marker=1.0, text=1.0), side_px=64, pixel_mm=0.6)
    maker, view = CropMaker(config), ball_view()
    crops = [crop for seed in range(4) for crop in maker.crops(view, np.random.default_rng(seed))]
    kinds = {crop.shows for crop in crops}
    assert kinds == {LetterClass.RIGHT, LetterClass.LEFT, LetterClass.OTHER}
    assert {crop.pixels.shape for crop in crops} == {(112, 112)}
    again = maker.crops(view, np.random.default_rng(0))
    assert np.array_equal(again[0].pixels, crops[0].pixels, equal_nan=True)


def test_crops_are_made_once_and_never_of_held_out_subjects(config, monkeypatch):
    first = letter_pool(config, ("b",))
    names = sorted(path.name for path in (config.output / "crops").glob("*.npz"))
    assert names == ["000000.npz", "000003.npz"]
    monkeypatch.setattr(CropMaker, "crops", None)  # nothing is made again
    again = letter_pool(config, ("b",))
    assert np.array_equal(first.crops, again.crops)
    with pytest.raises(ConfigurationError, match="other settings"):
        letter_pool(config, ())
    with pytest.raises(ConfigurationError, match="no views of subjects"):
        letter_pool(replace(config, output=config.output / "x"), ("a", "b"))


def test_a_mirrored_crop_is_a_mirror_written_letter(config):
    crops = torch.randint(1, 256, (40, 56, 56), dtype=torch.uint8)
    shows = torch.tensor([ORDER.index(LetterClass.LEFT)] * 39 + [ORDER.index(LetterClass.OTHER)])
    inputs, answers = augmented(crops, shows, config, np.random.default_rng(0))
    assert inputs.shape == (40, 1, 32, 32) and torch.isfinite(inputs).all()
    kinds = {ORDER[number] for number in answers[:39].tolist()}
    assert kinds == {LetterClass.LEFT, LetterClass.MIRRORED_LEFT}
    assert ORDER[answers[39]] is LetterClass.OTHER


def test_letters_are_learned(config):
    """From few drawn crops a tiny network learns the difference in a hundred steps."""
    rng = np.random.default_rng(0)
    plain = np.full((56, 56), 0.3, np.float32)
    crops, shows = [], []
    for number in range(60):
        side = list(Side)[number % 2]
        kind = LetterClass.OTHER if number % 3 == 0 else LetterClass.of(side, False)
        noisy = plain + rng.normal(0, 0.01, plain.shape).astype(np.float32)
        pixels = noisy if kind is LetterClass.OTHER else drawn_letter(noisy, 1.2, side, rng)
        crops.append(pool_module.as_bytes(pixels))
        shows.append(ORDER.index(kind))
    pool = LetterPool(np.stack(crops), np.array(shows))
    own = replace(config, steps=100, batch=32, learning_rate=0.01, widths=(8, 8, 8, 8))
    training = LetterTraining(own, pool)
    losses = [training.step(number) for number in range(100)]
    assert np.mean(losses[-10:]) < 0.6 * np.mean(losses[:10])


def test_a_run_that_was_stopped_goes_on_to_the_same_weights(config):
    pool = letter_pool(config, ("b",))
    long = replace(config, steps=202)
    whole = LetterTraining(long, pool).run(resume=False)
    again = LetterTraining(long, pool)
    again.run()  # from step 200
    for one, other in zip(whole.parameters(), again.network.parameters(), strict=True):
        assert torch.equal(one, other)
    with pytest.raises(ConfigurationError, match="--restart"):
        LetterTraining(replace(long, seed=5), pool).run()


def test_a_configuration_makes_a_reader(config, tmp_path, capsys):
    path = tmp_path / "letters.yaml"
    own = {k: v for k, v in config.to_dict().items() if k not in ("objects", "widths")}
    lines = [f"{key}: {value}" for key, value in own.items()]
    path.write_text("\n".join(["kind: letters", "views: views", "output: run", *lines]))
    assert main(["train", str(path)]) == 0
    assert "run/reader" in capsys.readouterr().out
    card = load_letter_reader(tmp_path / "run" / "reader").card
    assert card.training["held_out_subjects"] == ["b"] and card.training["crops"] > 20
    assert main(["train", str(path), "--cross-validate"]) != 0


@pytest.mark.parametrize(
    "change", [{"steps": 0}, {"drawn": -1}, {"side_px": 50}, {"inverted_share": 2}, {"stepz": 1}]
)
def test_settings_that_make_no_sense_are_refused(config, change):
    with pytest.raises(ConfigurationError):
        LetterConfig.from_dict({"views": "v", "output": "o", **change})


def test_a_film_model_that_holds_out_nobody_cannot_set_the_limits(config, film_bundle):
    with pytest.raises(ConfigurationError, match="holds out nobody"):
        run_letter_training(replace(config, film_model=film_bundle, held_out_subjects=()))


def test_a_trained_reader_gets_limits_and_figures_and_goes_into_a_copy_of_the_film_model(
    config, hips, tmp_path, monkeypatch
):
    model = film_model_with_letters(tmp_path / "model", hips.reference)
    misread = lettered(False, read(LEFT, RIGHT, 0.96, 0.01))
    good = lettered(False, read(RIGHT, RIGHT, 0.999, 0.0))
    films = [[misread], [good], [good], [misread]]  # by turns for the limits and for the test
    monkeypatch.setattr(run_module, "_films", lambda *_: films)
    bundle = run_letter_training(replace(config, film_model=model))
    reader = bundled_letter_reader(bundle, load_card(bundle))
    assert reader is not None and reader.card.limits == LetterLimits(0.97, 0.9)
    assert reader.card.performance["tested_on"]["letters"]["right"] == 1
    assert reader.card.performance["tested_on"]["letters"]["not_read"] == 1
    assert bundled_letter_reader(model, load_card(model)) is None  # untouched
    weights = (bundle / "letters" / "weights.safetensors").read_bytes()
    monkeypatch.setattr(LetterTraining, "run", None)  # a reader that is there is measured again
    run_letter_training(replace(config, film_model=model))
    assert (bundle / "letters" / "weights.safetensors").read_bytes() == weights


def read(says, beside, probability, facing, xy=(10.0, 10.0)):
    return FilmLetter(says, None, beside, xy, probability, facing)


def lettered(mirrored, *letters, written=((RIGHT, (12.0, 10.0)),)):
    return LetterFilm(mirrored, written, bool(written), letters, (RIGHT, LEFT), 8.0)


def test_limits_are_the_lowest_that_make_no_wrong_sign():
    good = lettered(False, read(RIGHT, RIGHT, 0.97, 0.01))
    misread = lettered(False, read(LEFT, RIGHT, 0.96, 0.01))
    turned = lettered(False, read(RIGHT, RIGHT, 0.99, 0.96))
    assert chosen_limits([good]) == LetterLimits(0.9, 0.9)
    assert chosen_limits([good, misread]).letter == 0.97
    assert chosen_limits([good, turned]).facing == 0.97
    nothing = lettered(False, read(RIGHT, RIGHT, 0.93, 0.5), written=())
    assert chosen_limits([good, nothing]).letter == 0.95


def test_letters_and_films_are_counted():
    limits = LetterLimits(0.9, 0.9)
    films = [
        lettered(False, read(RIGHT, RIGHT, 0.99, 0.01)),
        lettered(False, read(RIGHT, RIGHT, 0.7, 0.01)),
        lettered(False, read(LEFT, RIGHT, 0.95, 0.01)),
        lettered(False, read(LEFT, LEFT, 0.95, 0.5, (80.0, 10.0)), written=()),
        lettered(True, read(RIGHT, LEFT, 0.99, 0.99)),
        lettered(True, read(RIGHT, RIGHT, 0.99, 0.01)),
    ]
    figures = letter_figures(films, limits)
    assert figures["letters"] == {
        "written": 5,
        "right": 3,
        "wrong": 1,
        "not_read": 1,
        "faces_right": 3,
        "faces_wrong": 1,
        "where_none_is": 1,
    }
    usual, mirrored = figures["usual"], figures["mirrored"]
    assert (usual["confirmed"], usual["asked"], usual["asked_of_lettered"]) == (2, 1, 1)
    assert (mirrored["confirmed"], mirrored["asked"]) == (1, 1)

"""What every lesson keeps to: short cells, the package's own code, exercises with solutions."""

import ast
import base64
import importlib
import inspect
import pkgutil
import re
import textwrap
from importlib.util import find_spec

import pytest
from lessons import bare, definitions, every_lesson, lesson, solutions

import gan_lessons

CODED_HERE = {  # at the least; whatever else has a name of the package's must be the same too
    "01_minimax_objective": {
        "kl_divergence",
        "js_divergence",
        "wasserstein_1d",
        "dirac_field",
        "trajectory",
        "equilibrium_jacobian",
        "step_matrix",
    },
    "02_generator": {"dense_generator", "upsampling_generator"},
    "04_training_loop": {"log_loss_d", "non_saturating_g", "d_step", "g_step"},
    "05_mode_collapse": {"alive", "mode_report", "precision_recall"},
    "08_bug_clinic": {"healthy_gan"},
    "09_colour_images": {"per_picture", "brightness", "contrast", "translate"},
    "10_repair": {"repair_g_step"},
    "11_pytorch": {
        "torch_generator",
        "torch_discriminator",
        "torch_d_loss",
        "torch_g_loss",
        "torch_d_step",
        "torch_g_step",
    },
}
PICTURES = ("image/png", "image/gif")


@pytest.fixture(scope="module", params=every_lesson())
def name(request):
    return request.param


@pytest.fixture(scope="module")
def notebook(name):
    return lesson(name)


@pytest.fixture(scope="module")
def package():
    """By name, the tree of every public function of the package; exercises left out."""
    found = {}
    for module in pkgutil.walk_packages(gan_lessons.__path__, "gan_lessons."):
        if ".exercises" in module.name or (".torch_game" in module.name and not find_spec("torch")):
            continue
        members = vars(importlib.import_module(module.name))
        for name, member in members.items():
            if inspect.isfunction(member) and member.__module__ == module.name:
                source = textwrap.dedent(inspect.getsource(member))
                found[name] = bare(ast.parse(source).body[0])
    return found


def test_the_lesson_s_functions_are_the_package_s(name, notebook, package):
    here = definitions(notebook)
    shared = here.keys() & package.keys()
    assert shared >= CODED_HERE.get(name, set())
    for function in shared:
        assert bare(here[function]) == package[function], function


def test_cells_are_short(notebook):
    for cell in notebook.cells:
        if cell.cell_type == "code":
            lines = [line for line in cell.source.splitlines() if line.strip()]
            assert len(lines) <= 30, cell.source


def test_at_least_four_exercises_have_solutions(notebook):
    assert len(solutions(notebook)) >= 4


def test_exercises_are_committed_unsolved(notebook):
    for index in solutions(notebook):
        assert "not attempted yet" in str(notebook.cells[index].outputs)


def test_it_is_committed_as_it_ran(notebook):
    """From a fresh kernel, without widget state, with small pictures and no error."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert "widgets" not in notebook.metadata
    assert notebook.metadata.kernelspec.name == "python3"
    for output in (output for cell in cells for output in cell.outputs):
        assert output.output_type != "error"
        assert output.get("name") != "stderr", output
        for kind in PICTURES:
            if kind in output.get("data", {}):
                assert len(base64.b64decode(output.data[kind])) < 150_000, output.get("metadata")
    assert len(str(notebook)) < 1_500_000


def test_the_order_of_a_lesson(notebook):
    """Head with times, the end with three things, sources and what comes next."""
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    for needed in ("| Time to work through |", "| CPU time of Run All |", "| Builds on |"):
        assert needed in text.split("\n## ")[0], needed
    ends = ["## Three things to remember", "## Sources", "**Next**"]
    places = [text.index(part) for part in ends]
    assert places == sorted(places)
    for word in ("**Predict.**", "**Pull.**", "**Explain.**", "**Check.**"):
        assert word in text, word
    assert not re.search(r"Run All Cells", text)


def test_lesson_11_shows_the_lines_that_do_the_same_beside_each_other():
    tables = [
        output.data["text/html"]
        for cell in lesson("11_pytorch").cells
        if "body_in_tensorflow" in cell.source
        for output in cell.get("outputs", ())
    ]
    rows = [re.findall("<td[^>]*>(.*?)</td>", row) for row in tables[-1].split("<tr>")[2:]]
    assert [
        "optimizer.apply(gradients, discriminator.trainable_variables)",
        "optimizer.step()",
    ] in rows
    for word in ("= generator(z", "value = loss(", "extra = penalty(", "return value"):
        assert all((word in left) == (word in right) for left, right in rows), word

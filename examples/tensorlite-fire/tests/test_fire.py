from tensorlite_fire import fire_mini

from tensorlite.testing import check_model


def test_the_model_keeps_its_promises():
    check_model(fire_mini, features="features", head="head", parameters=10514)

from tensorlite.testing import check_schedule


class Triangle:
    def __init__(self, optimizer, total_steps):
        self.optimizer, self.total, self.count = optimizer, total_steps, 0
        self.tops = [group["lr"] for group in optimizer.param_groups]
        self.apply()

    def apply(self):
        share = 1.0 - self.count / (self.total + 1)
        for group, top in zip(self.optimizer.param_groups, self.tops, strict=True):
            group["lr"] = top * share

    def step(self):
        self.count += 1
        self.apply()

    def state_dict(self):
        return {"count": self.count, "tops": self.tops}

    def load_state_dict(self, state):
        self.count, self.tops = state["count"], list(state["tops"])


def check():
    check_schedule(Triangle)

"""Who came to whom, and who will: of the days from today."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Visit:
    """An appointment: asked so many days before it, held `day` days from today about `hour` o'clock of the provider.
    `way` are the moves; the last one of what is over is made after it. `package`: it is of the client's package.
    `moved`: the provider has put it off to the first free time a day later."""

    client: str
    offer: int
    day: int
    hour: int
    way: tuple[str, ...] = ("accept", "hold")
    asked: float = 3.0
    words: str = ""
    why: str = ""
    who: int = 0
    package: bool = False
    moved: bool = False


POLINA = (
    Visit("marina", 0, -44, 18, words="Первый раз, немного волнуюсь."),
    Visit("marina", 1, -30, 18, package=True),
    Visit("marina", 1, -16, 18, package=True),
    Visit("marina", 1, 2, 18, words="Хочу обсудить, как спала эту неделю.", package=True),
    Visit("lera", 0, -35, 12),
    Visit("lera", 1, -21, 12, ("accept", "miss")),
    Visit("lera", 1, -7, 12),
    Visit("lera", 1, 1, 11),
    Visit("ilya", 0, -20, 10),
    Visit("ilya", 1, -6, 10, ("accept", "cancel")),
    Visit("ilya", 1, 6, 10, (), 0.08),
    Visit("zhenya", 0, -12, 15, ("decline",), why="В этот день веду группу. Подойдёт ли четверг?"),
    Visit("zhenya", 0, -9, 15),
    Visit("zhenya", 1, 1, 15),
    Visit("timur", 2, 3, 13, (), 0.15, "Можно ли созвониться по видео? Буду в командировке."),
    Visit("anton", 1, -2, 16),
    Visit("anton", 1, 5, 16),
    Visit("boris", 0, 0, 12),
    Visit("dasha", 0, 0, 18),
    Visit("sofya", 2, -17, 11, words="Я в Новосибирске, подойдут утренние часы."),
    Visit("sofya", 2, -10, 11),
    Visit("sofya", 2, 4, 11, moved=True),
    Visit("sofya", 2, 9, 11, (), 0.25),
)
BALANCE = (
    Visit("marina", 0, -25, 19, who=1),
    Visit("marina", 0, -11, 19, who=1),
    Visit("marina", 1, 4, 9, (), 0.2),
    Visit("lera", 1, -14, 9, who=2, package=True),
    Visit("lera", 1, -7, 9, who=2, package=True),
    Visit("lera", 1, 1, 9, who=2, package=True),
    Visit("dasha", 0, -18, 17, who=1),
    Visit("dasha", 2, -4, 17, who=1),
    Visit("dasha", 0, 2, 17, who=1),
    Visit("artem", 0, -3, 12, ("accept", "call_off"), why="Игорь заболел, предложим другое время.", who=1),
    Visit("artem", 0, 3, 12, (), 0.1, who=1),
    Visit("boris", 2, 1, 18, who=1),
    Visit("alena", 1, 2, 8, who=2),
    Visit("gleb", 0, 0, 16, who=1),
    Visit("zhenya", 1, 0, 11, who=2),
)
MARK = (
    Visit("anna", 0, -15, 8),
    Visit("anna", 0, -8, 8),
    Visit("anna", 0, 3, 8),
    Visit("gleb", 0, -5, 19),
)

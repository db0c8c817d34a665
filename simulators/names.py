"""Names for a town that does not exist: streets, places and people.

The streets are called after trees and birds, so that no name points at a real address, and the
people are given a first name and an initial, so that none points at a real person.
"""

from typing import Final


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


TREES: Final = _words(
    "Acácia Araçá Araticum Araucária Aroeira Baru Buriti Cabreúva Caju Cambará Canela Carnaúba "
    "Caroba Carvalho Castanheira Cedro Cerejeira Cipreste Copaíba Embaúba Figueira Grumixama "
    "Guapuruvu Imbuia Ingá Ipê Jabuticaba Jacarandá Jatobá Jequitibá Juazeiro Macaúba Magnólia "
    "Mangabeira Murta Oiti Palmito Paineira Pequi Pinheiro Pitanga Quaresmeira Sapucaia Sibipiruna "
    "Sumaúma Tamarindo Tipuana Umbuzeiro"
)
BIRDS: Final = _words(
    "Anambé Andorinha Araponga Arara Ariramba Azulão Batuíra Biguá Caboclinho Canário Cardeal "
    "Chopim Codorna Colibri Coleiro Corrupião Coruja Curió Falcão Flamingo Gaivota Garça Gaturamo "
    "Gavião Graúna Guará Irerê Jaçanã Jacu Jandaia João-de-barro Juriti Macuco Maritaca Mutum "
    "Pardal Patativa Pavó Perdiz Pintassilgo Quero-quero "
    "Rolinha Sabiá Saíra Sanhaço Seriema Tico-tico "
    "Tucano"
)
FIRST_NAMES: Final = _words(
    "Alice Amir Ana Anton Bento Bianca Caio Carla Celso Clara Dario Davi Diana Edna Elias Emma "
    "Enzo Fábio Flora Gael Gilda Hugo Ines Iris Ivo "
    "Jana João Jonas Julia Karin Lara Leo Lia Luca Maia "
    "Malu Marco Mila Nádia Nilo Noé Olga Otto Paulo Petra Rafa Rita Rosa Ruben Sara Sílvio Tais "
    "Tomás Ugo Vera Vitor Yara Zeca"
)


def person(number: int) -> str:
    """Return the name of the wearer with this number: a first name and an initial."""
    initial = chr(ord("A") + number // len(FIRST_NAMES) % 26)
    return f"{FIRST_NAMES[number % len(FIRST_NAMES)]} {initial}."

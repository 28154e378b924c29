"""Years, degree and certificates in a job description, and what no filter covers."""

import re
from functools import cache

from fj_mcp.sandbox.annotation.job_text import JobText
from fj_mcp.sandbox.annotation.phrases import Phrases, Word
from fj_mcp.sandbox.population.trade_people import TRADES
from fj_mcp.sandbox.population.vocabulary import FAMILIES, LANGUAGES

_NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "twelve": 12, "fifteen": 15, "twenty": 20,
    "ein": 1, "eine": 1, "einem": 1, "zwei": 2, "drei": 3, "vier": 4, "fünf": 5, "sechs": 6,
    "sieben": 7, "acht": 8, "neun": 9, "zehn": 10, "zwölf": 12, "fünfzehn": 15,
    "un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "sept": 7,
    "huit": 8, "neuf": 9, "dix": 10, "douze": 12, "quinze": 15,
    "uno": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8,
    "nueve": 9, "diez": 10, "doce": 12, "quince": 15,
}  # fmt: skip
_NUMBER = rf"(?<![\d.,])(\d{{1,2}}|\b(?:{'|'.join(sorted(_NUMBERS, key=len, reverse=True))}))"
_YEARS = r"\s*(?:years?\b|yrs?\b|jahre?n?\b|jährige|ans\b|années?\b|an\b(?=\s+d)|años?\b)"
_SPAN = re.compile(
    rf"{_NUMBER}\s*(?:-|–|—|to|and|bis|und|à|et|a|y)\s*{_NUMBER}\+?{_YEARS}", re.IGNORECASE
)
_LEAST = re.compile(
    rf"{_NUMBER}\s*(?:\+|plus|or more|oder mehr|ou plus|o más)?(?:[\s-](?:full|volle))?-?{_YEARS}",
    re.IGNORECASE,
)
_MOST = re.compile(
    r"\b(?:up to|at most|maximum|max\.?|no more than|bis zu|höchstens|maximal|jusqu['’]à|au plus|"
    r"hasta|máximo)\W+(?:of\W+|de\W+)?$",
    re.IGNORECASE,
)
_MAX_YEARS = 60
_EXPERIENCE = re.compile(
    r"experi[ae]n[cz]|expérience|erfahrung|\bpraxis\b|background|in a similar|track record",
    re.IGNORECASE,
)
_OTHER_YEARS = re.compile(
    r"\b(?:founded|since|for (?:over|more than)|years? (?:old|of age|of age)|history|warranty|last|"
    r"past|next|contract|seit|gegründet|alt|befristet|depuis|fondée?|dernières|derniers|âgée?s?|"
    r"desde|fundada|edad|últimos|contrato|anniversary|guarantee)\b|"
    r"\b(?:we have|our|wir|nous|nuestra)\b[^.]{0,60}\b(?:years|jahren?|ans|años)\b",
    re.IGNORECASE,
)

# "Scrum Master" is not a degree, and "promotion" is none either.
_DEGREES = {
    "HIGH_SCHOOL": r"\bhigh school (?:diploma|degree)|\bGED\b|\babitur\b|"
    r"\bbaccalauréat\b|\bbachillerato\b|\bmittlere reife\b|\brealschulabschluss\b",
    "ASSOCIATES": r"\bassociate['’]?s? degree|\bassociate degree|\babgeschlossene (?:\w+ )?"
    r"(?:\w*ausbildung|lehre)\b|\bberufsausbildung\b|\bbac ?\+ ?2\b|\bBTS\b|\bDUT\b|"
    r"\bgrado (?:superior|medio)\b|\bFP\b|\bCFGS\b|\bciclo formativo\b|"
    r"\bvocational (?:training|diploma)",
    "BACHELORS": r"\bbachelor|\bb\.?tech\b|\bb\.? ?sc\.?\b|\bb\.?eng\b|\bb\.?com\b|\bBBA\b|\bBSN\b|"
    r"\bLLB\b|\bundergraduate degree|\buniversity degree|\bcollege degree|\bdegree in\b|"
    r"\bhochschulabschluss\b|\bhochschulstudium\b|\bstudium\b|\bstudienabschluss\b|"
    r"\bbac ?\+ ?[34]\b|\blicence professionnelle\b|\bgrado (?:universitario|en)\b|"
    r"\bgraduad[oa] en\b|\blicenciatura\b|\btitulación universitaria\b|\blicenciad[oa]\b|"
    r"\bgraduate degree|\bMBBS\b",
    "MASTERS": r"\bmaster['’]?s\b|\bmasters?(?= (?:of|in|en|degree|studium|abschluss)\b)|"
    r"\bmasterabschluss|\bm\.?tech\b|\bm\.? ?sc\.?\b|\bm\.?eng\b|\bMBA\b|\bLLM\b|\bM\.Ed\b|"
    r"\bbac ?\+ ?5\b|\bmáster\b|\bmaster (?:2|ii)\b|\bdiplom-|\bécole d['’]ingénieurs?\b|"
    r"\bdiplôme d['’]ingénieur\b|\bstaatsexamen\b|\bpostgraduate",
    "DOCTORATE": r"\bph\.? ?d\b|\bdoctorate\b|\bdoctoral degree|\bpromotion in\b|\bpromoviert\b|"
    r"\bdoctorat\b|\bdoctorado\b|\bdphil\b",
}  # fmt: skip
_DEGREE_WORDS = {level: re.compile(words, re.IGNORECASE) for level, words in _DEGREES.items()}

_LANGUAGE_NAMES = """
English | Englisch | anglais | inglés
German | Deutsch | Deutschkenntnisse | allemand | alemán
French | Französisch | français | francés
Spanish | Spanisch | espagnol | español
Dutch | Niederländisch | néerlandais | neerlandés
Polish | Polnisch | polonais | polaco
Portuguese | Portugiesisch | portugais | portugués
Italian | Italienisch | italien | italiano
Arabic | Arabisch | arabe | árabe
Mandarin | Chinesisch | chinois | chino
Russian | Russisch | russe | ruso
Turkish | Türkisch | turc | turco
Catalan | Katalanisch | catalan | catalán
"""

# What people ask for and no filter covers, by the name under which it is reported.
_UNCOVERED = {
    "salary": r"salary|compensation package|per (?:hour|annum)|CTC|LPA|lakhs?|gehalt|vergütung|"
    r"stundenlohn|salaire|rémunération|salario|retribución|sueldo|[€$£₹]\s?\d[\d.,]*k?|\d\s?(?:€|£|k€|EUR\b)",
    "driving_license": r"driving licen[cs]e|driver['’]?s licen[cs]e|führerschein\w*|"
    r"permis (?:de conduire|b\b|c\b)|carn[eé] de conducir|permiso de conducir",
    "workplace": r"remote|hybrid|work from home|on-?site|home[- ]?office|homeoffice|télétravail|"
    r"teletrabajo|híbrido|remoto|presencial|mobiles arbeiten",
    "working_hours": r"full[- ]time|part[- ]time|night shifts?|day shift|shifts?|weekends?|"
    r"vollzeit|teilzeit|schicht\w*|\w*wochenstunden|temps (?:plein|partiel|complet)|horaires|"
    r"jornada (?:completa|parcial|intensiva)|turnos?|\d\s?x\s?8",
    "contract_type": r"permanent (?:position|contract|role)|fixed[- ]term|CDI|CDD|intérim|"
    r"unbefristet\w*|befristet\w*|contrato indefinido|contrato temporal|freelance contract",
    "travel": r"travel(?:ing|ling)?|reisebereitschaft|dienstreisen|déplacements?|"
    r"disponibilidad para viajar|viajes",
    "work_permit": r"visa|work permit|right to work|work authori[sz]ation|security clearance|"
    r"background check|DBS|arbeitserlaubnis|führungszeugnis|permis de travail|permiso de trabajo",
    "start_date": r"notice period|immediate(?:ly)? (?:start|joiners?|available)|start date|"
    r"ab sofort|nächstmöglich\w*|dès que possible|poste à pourvoir|incorporación inmediata",
}  # fmt: skip
_UNCOVERED_WORDS = {
    name: re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE)
    for name, words in _UNCOVERED.items()
}
_CERTIFICATE = re.compile(
    r"\bcertif\w*|\blicen[cs]ed?\b|\blicensure\b|\bzertifi\w*|\bapprobation\b|\bexamen\b|"
    r"\bhabilitations?\b|\bcertificad[oa]s?\b|\bcolegiad[oa]s?\b",
    re.IGNORECASE,
)


def years_in(job: JobText) -> list[int] | None:
    """The wanted years of experience, as the lowest and the highest number."""
    wanted = [clause.text for clause in job.clauses if not clause.excluded]
    sure = [text for text in wanted if _EXPERIENCE.search(text)]
    others = [text for text in wanted if not _OTHER_YEARS.search(text)]
    return next((years for text in (*sure, *others) if (years := years_of(text))), None)


def years_of(text: str) -> list[int] | None:
    """The lowest and the highest number of years in a text."""
    if span := _SPAN.search(text):
        return sorted(min(_number(side), _MAX_YEARS) for side in span.groups())
    if least := _LEAST.search(text):
        number = min(_number(least[1]), _MAX_YEARS)
        return [0, number] if _MOST.search(text[: least.start()]) else [number, _MAX_YEARS]
    return None


def _number(word: str) -> int:
    return int(word) if word.isdigit() else _NUMBERS[word.casefold()]


def degree_in(job: JobText) -> tuple[list[str] | None, bool]:
    """The lowest degree that is enough, and whether one is only welcome.

    The filter means "or above", so that "MSc or PhD" is a master's degree.
    """
    wanted = [(clause.tier, degrees_of(clause.text)) for clause in job.clauses
              if not clause.excluded]  # fmt: skip
    found = [level for tier, levels in wanted if tier != "secondary" for level in levels]
    lowest = next((level for level in _DEGREE_WORDS if level in found), None)
    welcome = any(levels for tier, levels in wanted if tier == "secondary")
    return ([lowest] if lowest else None), not lowest and welcome


def degrees_of(text: str) -> list[str]:
    """The levels of the degrees in a text, the lowest first."""
    return [level for level, words in _DEGREE_WORDS.items() if words.search(text)]


def certificates_in(job: JobText) -> tuple[list[str], bool]:
    """The certificates that are a must, and whether the text names others."""
    wanted = [clause for clause in job.clauses if not clause.excluded]
    must = [name for clause in wanted if clause.tier == "mandatory"
            for name in certificates_of(clause.words)]  # fmt: skip
    others = any(
        (certificates_of(clause.words) or _CERTIFICATE.search(clause.text))
        and not (clause.tier == "mandatory" and certificates_of(clause.words))
        for clause in wanted
    )
    return list(dict.fromkeys(must)), others


def certificates_of(words: list[Word]) -> list[str]:
    """The known certificates among some words."""
    return _certificates().found(words)


@cache
def _certificates() -> Phrases[str]:
    known = [name for family in FAMILIES for name in family.certificates]
    known += [name for trade in TRADES for name in trade.certificates]
    return Phrases((name, name) for name in known)


def languages_in(job: JobText) -> list[str]:
    """The languages that the text wants."""
    wanted = (clause.words for clause in job.clauses if not clause.excluded)
    return list(dict.fromkeys(one for words in wanted for one in languages_of(words)))


def languages_of(words: list[Word]) -> list[str]:
    """The languages among some words."""
    return _languages().found(words)


@cache
def _languages() -> Phrases[str]:
    lines = [line.split(" | ") for line in _LANGUAGE_NAMES.strip().splitlines()]
    names = [(name, line[0]) for line in lines for name in line]
    return Phrases([*names, *((language, language) for language in LANGUAGES)])


def uncovered_in(job: JobText) -> list[str]:
    """The names of the wishes that no filter covers."""
    return uncovered_of(job.text)


def uncovered_of(text: str) -> list[str]:
    """The same for a part of a text."""
    return [name for name, words in _UNCOVERED_WORDS.items() if words.search(text)]

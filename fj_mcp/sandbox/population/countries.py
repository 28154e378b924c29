"""What differs from country to country: names, languages, words for employers and schools."""

from dataclasses import dataclass

# Word lists are easier to read filled than with one word per line.
# fmt: off


@dataclass(frozen=True, slots=True)
class Country:
    """A country in which people of all trades live.

    Attributes:
        language: the code of the language in which titles may be written.
        first: given names.
        last: family names.
        languages: what everybody speaks, then what some do.
        words: the first words of invented employers and schools.
        schools: kinds of schools.
    """

    language: str
    first: tuple[str, ...]
    last: tuple[str, ...]
    languages: tuple[tuple[str, ...], tuple[str, ...]]
    words: tuple[str, ...]
    schools: tuple[str, ...]


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_ENGLISH_SCHOOLS = ("University", "College", "Community College", "Institute of Technology")
_GERMAN_SCHOOLS = ("University", "University of Applied Sciences", "Berufskolleg", "Academy")

_GERMAN = (
    _words("Anna Lukas Katharina Jonas Miriam Felix Sabine Tobias Lena Markus Julia Stefan Nadine "
           "Florian Claudia Emre Aylin Matthias Petra Daniel Franziska Jan Melanie Andreas Birgit"),
    _words("Albrecht Baumann Dietrich Engel Friedrich Gerber Haas Hartmann Jansen Kaya Keller "
           "Lindner Maurer Neumann Otto Pfeiffer Reinhardt Sommer Thiel Vogel Winkler Yilmaz Ziegler"),
)
_BRITISH = (
    _words("Amelia Oliver Charlotte Harry Imogen Callum Priya Thomas Grace Adeel Megan James Zara "
           "Owen Chloe Rhys Fatima Lewis Hannah George Niamh Jack Ruth Kwame Eleanor"),
    _words("Ahmed Barker Clarke Davies Ellison Fletcher Griffiths Hargreaves Iqbal Jenkins Kirby "
           "Lawson McKenna Norris Okoro Patel Quinn Robson Shaw Turner Underwood Whitfield Yates"),
)
_INDIAN = (
    _words("Aditi Rahul Kavita Suresh Meera Arjun Divya Imran Lakshmi Vivek Anjali Rohit Shalini "
           "Manoj Nisha Joseph Rekha Ganesh Pallavi Harpreet Sunil Fatima Geeta Prakash Swati"),
    _words("Agarwal Banerjee Chauhan Desai D'Souza Fernandes Gill Hegde Iyer Joshi Khanna Lal "
           "Malhotra Nair Pillai Qureshi Rastogi Sethi Thomas Unnikrishnan Verma Yadav Bhatt Mathew"),
)

COUNTRIES: dict[str, Country] = {
    "India": Country(
        "en", *_INDIAN,
        (("English", "Hindi"), ("Marathi", "Tamil", "Telugu", "Kannada", "Bengali", "Malayalam")),
        _words("Amalvana Belpatra Chandravani Devlata Hemkiran Kadambari Madhuvana Neelvan Suvarnika Tulsivan"),
        ("University", "College of Commerce", "Institute of Sciences", "Polytechnic"),
    ),
    "United States": Country(
        "en",
        _words("Emily Michael Jasmine Carlos Ashley Tyrone Rebecca Luis Megan Andre Samantha Kevin "
               "Maria Brandon Nicole Wei Angela Marcus Lauren Diego Tamika Ryan Grace Hector Linda"),
        _words("Alvarez Bennett Coleman Delgado Ellis Foster Garcia Harrison Jackson Kim Lopez "
               "Mitchell Nguyen O'Brien Parker Ramirez Sanders Torres Vaughn Washington Young Reyes"),
        (("English",), ("Spanish", "Spanish", "Mandarin", "French", "Vietnamese")),
        _words("Cedarmere Bluestoke Evergrove Granvale Lakeholm Magnoway Northlea Prairiegate Redbough "
               "Summerfell Willowbrae"),
        _ENGLISH_SCHOOLS,
    ),
    "United Kingdom": Country(
        "en", *_BRITISH,
        (("English",), ("French", "Polish", "Urdu", "Welsh", "Punjabi")),
        _words("Ashbourne Beechcroft Copperfield Elmwood Fairhaven Hawthorn Kingsmere Larkfield "
               "Oakhurst Riverdale Thornmead"),
        ("University", "College", "Sixth Form College", "School of Business"),
    ),
    "Ireland": Country(
        "en", _BRITISH[0], _words("Byrne Doyle Kavanagh Lynch Murphy Nolan O'Connor Ryan Walsh"),
        (("English",), ("Irish", "French", "Polish")),
        _words("Ardmore Claremont Glenview Kilbride Rathmore"), _ENGLISH_SCHOOLS,
    ),
    "Germany": Country(
        "de", *_GERMAN,
        (("German", "English"), ("French", "Turkish", "Spanish", "Russian", "Polish")),
        _words("Ahornhof Buchengrund Elbblick Falkenstein Heidegrund Lindenhof Nordstern Rheinblick "
               "Sonnenfeld Talwiesen Waldrand"),
        _GERMAN_SCHOOLS,
    ),
    "Austria": Country(
        "de", _GERMAN[0], _words("Berger Eder Fuchs Gruber Hofer Leitner Moser Pichler Steiner Wallner"),
        (("German", "English"), ("Croatian", "Italian", "Serbian")),
        _words("Alpenrose Donaublick Edelgrund Sonnalm Traunfels"), _GERMAN_SCHOOLS,
    ),
    "Switzerland": Country(
        "de", _GERMAN[0], _words("Aebischer Brunner Favre Frei Kunz Meier Rochat Schmid Wyss Zbinden"),
        (("German", "English", "French"), ("Italian", "Portuguese")),
        _words("Bergsee Gletsch Limmatblick Matten Seefels"), _GERMAN_SCHOOLS,
    ),
    "France": Country(
        "fr",
        _words("Camille Julien Amélie Karim Chloé Mathieu Léa Nicolas Inès Thomas Sarah Guillaume "
               "Manon Mehdi Élodie Antoine Pauline Yann Aurélie Baptiste Nadia Vincent Margaux Hugo"),
        _words("Arnaud Benali Chevalier Dufour Fabre Gauthier Haddad Jacquet Lambert Marchand Noël "
               "Perrin Renaud Sauvage Tessier Vasseur Barbier Colin Delmas Fontaine Leclerc Moulin"),
        (("French", "English"), ("Spanish", "Arabic", "German", "Italian")),
        _words("Bellerivette Bellecombe Clairefeuille Fontvieille Grandpré Hautefeuille Mirabelle "
               "Montclair Rivebois Valfleuri"),
        ("University", "Business School", "School of Engineering", "Lycée"),
    ),
    "Spain": Country(
        "es",
        _words("Lucía Javier Marta Álvaro Elena Pablo Cristina Sergio Nuria Alejandro Rocío Iván "
               "Carmen Diego Laia Jorge Beatriz Rubén Ainhoa Andrés Pilar Óscar Irene Manuel"),
        _words("Aguilar Blanco Campos Domínguez Esteban Fuentes Gallego Herrera Iglesias Lozano "
               "Molina Navarro Ortega Prieto Romero Serrano Vega Vidal Castro Delgado Méndez Soler"),
        (("Spanish", "English"), ("Catalan", "French", "German", "Basque", "Portuguese")),
        _words("Alameda Bahía Cantera Encinar Miravela Olivar Peñalba Robledal Serranía Valdelagua"),
        ("University", "Business School", "Polytechnic University", "Vocational Institute"),
    ),
    "Netherlands": Country(
        "en",
        _words("Sanne Daan Femke Bram Lotte Sven Anouk Thijs Marieke Ruben Fleur Niels Yasmin Jeroen"),
        _words("Bakker Dekker Hendriks Kuipers Mulder Postma Scholten Smit Verhoeven Vos Willems Bos"),
        (("Dutch", "English"), ("German", "French", "Arabic")),
        _words("Duinzicht Eikenlaan Havenblik Klaverveld Molenwaard Rietland Waterland"),
        ("University", "University of Applied Sciences", "Academy"),
    ),
    "Poland": Country(
        "en",
        _words("Agnieszka Piotr Katarzyna Tomasz Magdalena Marcin Joanna Michał Ewa Paweł Karolina "
               "Krzysztof Natalia Łukasz Monika"),
        _words("Adamczyk Baran Duda Górski Kaczmarek Lis Mazur Nowicki Pawlak Sikora Wilk Zając Wrona"),
        (("Polish", "English"), ("German", "Ukrainian", "Russian")),
        _words("Bursztyn Dąbrowa Jasna Klonowa Lipowa Sosna Wierzba"),
        ("University", "University of Technology", "School of Economics"),
    ),
    "Brazil": Country(
        "en",
        _words("Ana João Mariana Rafael Beatriz Lucas Camila Gustavo Juliana Thiago Larissa Felipe "
               "Patrícia Bruno Fernanda"),
        _words("Almeida Barbosa Cardoso Duarte Ferreira Gomes Lima Moreira Nascimento Oliveira "
               "Ribeiro Teixeira Souza"),
        (("Portuguese", "English"), ("Spanish",)),
        _words("Araucária Cerrado Ipê Jacarandá Mantiqueira Pitanga Serra"),
        ("University", "Federal Institute", "College"),
    ),
    "Australia": Country(
        "en",
        _words("Matilda Liam Georgia Ethan Isla Minh Ruby Angus Priya Cooper Sienna Lachlan Mei Tane"),
        _words("Armstrong Burke Chen Doherty Fraser Gallagher Henderson Kaur Maguire Nguyen "
               "Papadopoulos Sutton Tran Webb"),
        (("English",), ("Mandarin", "Vietnamese", "Greek", "Punjabi")),
        _words("Banksmere Bilgarra Coolamine Eucavale Jarramoor Kurrabrae Waratine Wattleby"),
        ("University", "TAFE Institute", "College"),
    ),
    "Singapore": Country(
        "en",
        _words("Hui Wei Jun Mei Aisyah Arif Li Ravi Priya Zhi Siti Kumar Xin Farah"),
        _words("Ang Chua Goh Ismail Koh Lee Lim Menon Ng Ong Rahman Tan Teo Wong"),
        (("English", "Mandarin"), ("Malay", "Tamil", "Cantonese")),
        _words("Angsana Frangipani Kembang Merbau Rambutan Tembusu"),
        ("University", "Polytechnic", "Institute of Management"),
    ),
    "United Arab Emirates": Country(
        "en",
        _words("Ahmed Fatima Omar Layla Yusuf Mariam Khalid Noura Rania Hassan Priya Joseph Grace "
               "Imran Salma"),
        _words("Al-Amin Al-Farsi Al-Mansoor Darwish Fernandes George Haddad Khan Mathew Nasser "
               "Qureshi Saleh Santos Varghese"),
        (("English", "Arabic"), ("Hindi", "Urdu", "Malayalam", "Tagalog", "French")),
        _words("Barzeela Ghafira Hilaya Khareefa Rimalia Sidrana Wadhara"),
        ("University", "Academy", "Institute of Management"),
    ),
    "Canada": Country(
        "en",
        _words("Emma Liam Chantal Ethan Priya Noah Isabelle Lucas Simran Jacob Mei Étienne Olivia"),
        _words("Bouchard Campbell Chan Desjardins Fraser Gagnon Gill MacLeod Morin Singh Tremblay Wong"),
        (("English",), ("French", "French", "Punjabi", "Mandarin")),
        _words("Birchwood Cascadia Maplewood Northgate Stonecreek Timberline"),
        _ENGLISH_SCHOOLS,
    ),
    "Sweden": Country(
        "en", _words("Elsa Erik Linnea Oskar Freja Johan Maja Nils Sara Viktor"),
        _words("Andersson Berglund Ekström Holm Lindberg Nyström Sandberg Åkesson"),
        (("Swedish", "English"), ("Finnish", "Arabic")),
        _words("Björkbacken Granliden Norrsken Solvik Tallbo"), ("University", "College"),
    ),
}

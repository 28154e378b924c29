"""The cities where the fictional people live: real places, with coordinates for distances."""

from dataclasses import dataclass, field
from functools import cache
from math import asin, cos, radians, sin, sqrt

_EARTH_RADIUS_KM = 6371.0


@dataclass(frozen=True, slots=True)
class City:
    """A city.

    Attributes:
        weight: its share of the people in technology, relative to the other cities.
        trades_weight: its share of those in other trades.
    """

    name: str
    state: str
    country: str
    latitude: float
    longitude: float
    weight: int
    trades_weight: int

    label: str = field(init=False, compare=False)
    """The region as written in profiles, such as `Pune, Maharashtra, India`."""

    def __post_init__(self) -> None:
        if self.name == self.country:
            label = self.name
        else:
            label = ", ".join(filter(None, (self.name, self.state, self.country)))
        object.__setattr__(self, "label", label)


@cache
def distance_km(one: City, other: City) -> float:
    """The great-circle distance in kilometers."""
    a, b = radians(one.latitude), radians(other.latitude)
    east = radians(other.longitude - one.longitude) / 2
    chord = sin((b - a) / 2) ** 2 + cos(a) * cos(b) * sin(east) ** 2
    return 2 * _EARTH_RADIUS_KM * asin(sqrt(chord))


_INDIA, _US, _UK = "India", "United States", "United Kingdom"
_GERMANY, _FRANCE, _SPAIN, _NETHERLANDS = "Germany", "France", "Spain", "Netherlands"
_POLAND, _BRAZIL, _AUSTRALIA, _CANADA = "Poland", "Brazil", "Australia", "Canada"
_UAE = "United Arab Emirates"
_MAHARASHTRA, _UP, _TAMIL_NADU = "Maharashtra", "Uttar Pradesh", "Tamil Nadu"

CITIES: tuple[City, ...] = (
    City("Pune", _MAHARASHTRA, _INDIA, 18.52, 73.86, 80, 6),
    City("Pimpri-Chinchwad", _MAHARASHTRA, _INDIA, 18.63, 73.80, 12, 0),
    City("Mumbai", _MAHARASHTRA, _INDIA, 19.08, 72.88, 45, 9),
    City("Navi Mumbai", _MAHARASHTRA, _INDIA, 19.03, 73.03, 12, 1),
    City("Thane", _MAHARASHTRA, _INDIA, 19.22, 72.98, 10, 1),
    City("Nashik", _MAHARASHTRA, _INDIA, 20.00, 73.79, 6, 1),
    City("Nagpur", _MAHARASHTRA, _INDIA, 21.15, 79.09, 8, 2),
    City("Aurangabad", _MAHARASHTRA, _INDIA, 19.88, 75.34, 4, 0),
    City("Kolhapur", _MAHARASHTRA, _INDIA, 16.70, 74.24, 3, 0),
    City("Bengaluru", "Karnataka", _INDIA, 12.97, 77.59, 75, 9),
    City("Mysuru", "Karnataka", _INDIA, 12.30, 76.64, 5, 1),
    City("Mangaluru", "Karnataka", _INDIA, 12.91, 74.86, 3, 0),
    City("Hyderabad", "Telangana", _INDIA, 17.39, 78.49, 50, 6),
    City("Chennai", _TAMIL_NADU, _INDIA, 13.08, 80.27, 35, 6),
    City("Coimbatore", _TAMIL_NADU, _INDIA, 11.02, 76.96, 8, 1),
    City("Madurai", _TAMIL_NADU, _INDIA, 9.93, 78.12, 3, 0),
    City("Kochi", "Kerala", _INDIA, 9.93, 76.27, 8, 2),
    City("Thiruvananthapuram", "Kerala", _INDIA, 8.52, 76.94, 6, 1),
    City("New Delhi", "Delhi", _INDIA, 28.61, 77.21, 25, 7),
    City("Gurugram", "Haryana", _INDIA, 28.46, 77.03, 22, 2),
    City("Faridabad", "Haryana", _INDIA, 28.41, 77.31, 4, 0),
    City("Noida", _UP, _INDIA, 28.54, 77.39, 22, 2),
    City("Ghaziabad", _UP, _INDIA, 28.67, 77.45, 5, 0),
    City("Lucknow", _UP, _INDIA, 26.85, 80.95, 6, 1),
    City("Moradabad", _UP, _INDIA, 28.84, 78.77, 2, 0),
    City("Kanpur", _UP, _INDIA, 26.45, 80.33, 3, 0),
    City("Jaipur", "Rajasthan", _INDIA, 26.91, 75.79, 9, 1),
    City("Udaipur", "Rajasthan", _INDIA, 24.59, 73.71, 2, 0),
    City("Ahmedabad", "Gujarat", _INDIA, 23.02, 72.57, 16, 2),
    City("Gandhinagar", "Gujarat", _INDIA, 23.22, 72.64, 3, 0),
    City("Vadodara", "Gujarat", _INDIA, 22.31, 73.18, 6, 0),
    City("Surat", "Gujarat", _INDIA, 21.17, 72.83, 5, 0),
    City("Indore", "Madhya Pradesh", _INDIA, 22.72, 75.86, 9, 1),
    City("Bhopal", "Madhya Pradesh", _INDIA, 23.26, 77.41, 4, 0),
    City("Kolkata", "West Bengal", _INDIA, 22.57, 88.36, 18, 3),
    City("Bhubaneswar", "Odisha", _INDIA, 20.30, 85.82, 6, 0),
    City("Visakhapatnam", "Andhra Pradesh", _INDIA, 17.69, 83.22, 5, 0),
    City("Vijayawada", "Andhra Pradesh", _INDIA, 16.51, 80.65, 3, 0),
    City("Chandigarh", "Chandigarh", _INDIA, 30.73, 76.78, 6, 1),
    City("Mohali", "Punjab", _INDIA, 30.70, 76.72, 5, 0),
    City("Panaji", "Goa", _INDIA, 15.49, 73.83, 3, 0),
    City("San Francisco", "California", _US, 37.77, -122.42, 14, 3),
    City("San Jose", "California", _US, 37.34, -121.89, 8, 1),
    City("Los Angeles", "California", _US, 34.05, -118.24, 6, 5),
    City("Seattle", "Washington", _US, 47.61, -122.33, 8, 3),
    City("New York", "New York", _US, 40.71, -74.01, 14, 7),
    City("Boston", "Massachusetts", _US, 42.36, -71.06, 6, 3),
    City("Austin", "Texas", _US, 30.27, -97.74, 7, 3),
    City("Dallas", "Texas", _US, 32.78, -96.80, 5, 4),
    City("Chicago", "Illinois", _US, 41.88, -87.63, 6, 5),
    City("Denver", "Colorado", _US, 39.74, -104.99, 3, 3),
    City("London", "England", _UK, 51.51, -0.13, 16, 10),
    City("Manchester", "England", _UK, 53.48, -2.24, 4, 4),
    City("Cambridge", "England", _UK, 52.21, 0.12, 3, 1),
    City("Edinburgh", "Scotland", _UK, 55.95, -3.19, 2, 2),
    City("Dublin", "", "Ireland", 53.35, -6.26, 4, 3),
    City("Berlin", "", _GERMANY, 52.52, 13.41, 7, 7),
    City("Munich", "Bavaria", _GERMANY, 48.14, 11.58, 5, 7),
    City("Amsterdam", "North Holland", _NETHERLANDS, 52.37, 4.90, 5, 5),
    City("Paris", "Île-de-France", _FRANCE, 48.86, 2.35, 5, 9),
    City("Madrid", "", _SPAIN, 40.42, -3.70, 3, 8),
    City("Barcelona", "Catalonia", _SPAIN, 41.39, 2.17, 3, 7),
    City("Warsaw", "Mazowieckie", _POLAND, 52.23, 21.01, 4, 5),
    City("Stockholm", "", "Sweden", 59.33, 18.07, 3, 2),
    City("Vienna", "", "Austria", 48.21, 16.37, 2, 4),
    City("Houston", "Texas", _US, 29.76, -95.37, 0, 4),
    City("Phoenix", "Arizona", _US, 33.45, -112.07, 0, 3),
    City("Philadelphia", "Pennsylvania", _US, 39.95, -75.17, 0, 3),
    City("Tampa", "Florida", _US, 27.95, -82.46, 0, 3),
    City("Miami", "Florida", _US, 25.76, -80.19, 0, 3),
    City("San Diego", "California", _US, 32.72, -117.16, 0, 2),
    City("Minneapolis", "Minnesota", _US, 44.98, -93.27, 0, 2),
    City("Charlotte", "North Carolina", _US, 35.23, -80.84, 0, 2),
    City("Detroit", "Michigan", _US, 42.33, -83.05, 0, 2),
    City("Columbus", "Ohio", _US, 39.96, -83.00, 0, 2),
    City("Nashville", "Tennessee", _US, 36.16, -86.78, 0, 2),
    City("Portland", "Oregon", _US, 45.52, -122.68, 0, 2),
    City("Birmingham", "England", _UK, 52.49, -1.89, 0, 4),
    City("Leeds", "England", _UK, 53.80, -1.55, 0, 3),
    City("Glasgow", "Scotland", _UK, 55.86, -4.25, 0, 3),
    City("Bristol", "England", _UK, 51.45, -2.59, 0, 2),
    City("Liverpool", "England", _UK, 53.41, -2.98, 0, 2),
    City("Sheffield", "England", _UK, 53.38, -1.47, 0, 1),
    City("Cardiff", "Wales", _UK, 51.48, -3.18, 0, 1),
    City("Hamburg", "", _GERMANY, 53.55, 9.99, 0, 6),
    City("Cologne", "North Rhine-Westphalia", _GERMANY, 50.94, 6.96, 0, 5),
    City("Frankfurt", "Hesse", _GERMANY, 50.11, 8.68, 0, 5),
    City("Stuttgart", "Baden-Württemberg", _GERMANY, 48.78, 9.18, 0, 4),
    City("Düsseldorf", "North Rhine-Westphalia", _GERMANY, 51.23, 6.77, 0, 4),
    City("Leipzig", "Saxony", _GERMANY, 51.34, 12.37, 0, 3),
    City("Nuremberg", "Bavaria", _GERMANY, 49.45, 11.08, 0, 3),
    City("Hanover", "Lower Saxony", _GERMANY, 52.37, 9.73, 0, 2),
    City("Dresden", "Saxony", _GERMANY, 51.05, 13.74, 0, 2),
    City("Bremen", "", _GERMANY, 53.08, 8.80, 0, 2),
    City("Dortmund", "North Rhine-Westphalia", _GERMANY, 51.51, 7.47, 0, 2),
    City("Zürich", "", "Switzerland", 47.37, 8.54, 0, 4),
    City("Geneva", "", "Switzerland", 46.20, 6.14, 0, 2),
    City("Lyon", "Auvergne-Rhône-Alpes", _FRANCE, 45.76, 4.84, 0, 6),
    City("Marseille", "Provence-Alpes-Côte d'Azur", _FRANCE, 43.30, 5.37, 0, 4),
    City("Toulouse", "Occitanie", _FRANCE, 43.60, 1.44, 0, 4),
    City("Bordeaux", "Nouvelle-Aquitaine", _FRANCE, 44.84, -0.58, 0, 3),
    City("Lille", "Hauts-de-France", _FRANCE, 50.63, 3.06, 0, 3),
    City("Nantes", "Pays de la Loire", _FRANCE, 47.22, -1.55, 0, 3),
    City("Strasbourg", "Grand Est", _FRANCE, 48.57, 7.75, 0, 2),
    City("Rennes", "Brittany", _FRANCE, 48.11, -1.68, 0, 1),
    City("Montpellier", "Occitanie", _FRANCE, 43.61, 3.88, 0, 1),
    City("Valencia", "Valencian Community", _SPAIN, 39.47, -0.38, 0, 4),
    City("Seville", "Andalusia", _SPAIN, 37.39, -5.99, 0, 4),
    City("Zaragoza", "Aragon", _SPAIN, 41.65, -0.89, 0, 2),
    City("Málaga", "Andalusia", _SPAIN, 36.72, -4.42, 0, 2),
    City("Bilbao", "Basque Country", _SPAIN, 43.26, -2.93, 0, 2),
    City("Rotterdam", "South Holland", _NETHERLANDS, 51.92, 4.48, 0, 4),
    City("Utrecht", "Utrecht", _NETHERLANDS, 52.09, 5.12, 0, 3),
    City("Eindhoven", "North Brabant", _NETHERLANDS, 51.44, 5.48, 0, 3),
    City("The Hague", "South Holland", _NETHERLANDS, 52.08, 4.30, 0, 2),
    City("Kraków", "Małopolskie", _POLAND, 50.06, 19.94, 0, 4),
    City("Wrocław", "Dolnośląskie", _POLAND, 51.11, 17.04, 0, 3),
    City("Gdańsk", "Pomorskie", _POLAND, 54.35, 18.65, 0, 2),
    City("Poznań", "Wielkopolskie", _POLAND, 52.41, 16.93, 0, 2),
    City("São Paulo", "São Paulo", _BRAZIL, -23.55, -46.63, 0, 7),
    City("Rio de Janeiro", "Rio de Janeiro", _BRAZIL, -22.91, -43.17, 0, 5),
    City("Belo Horizonte", "Minas Gerais", _BRAZIL, -19.92, -43.94, 0, 2),
    City("Curitiba", "Paraná", _BRAZIL, -25.43, -49.27, 0, 2),
    City("Sydney", "New South Wales", _AUSTRALIA, -33.87, 151.21, 0, 6),
    City("Melbourne", "Victoria", _AUSTRALIA, -37.81, 144.96, 0, 6),
    City("Brisbane", "Queensland", _AUSTRALIA, -27.47, 153.03, 0, 4),
    City("Perth", "Western Australia", _AUSTRALIA, -31.95, 115.86, 0, 3),
    City("Adelaide", "South Australia", _AUSTRALIA, -34.93, 138.60, 0, 2),
    City("Singapore", "", "Singapore", 1.35, 103.82, 0, 9),
    City("Dubai", "", _UAE, 25.20, 55.27, 0, 8),
    City("Abu Dhabi", "", _UAE, 24.45, 54.38, 0, 5),
    City("Sharjah", "", _UAE, 25.35, 55.42, 0, 2),
    City("Toronto", "Ontario", _CANADA, 43.65, -79.38, 0, 6),
    City("Vancouver", "British Columbia", _CANADA, 49.28, -123.12, 0, 3),
    City("Montreal", "Quebec", _CANADA, 45.50, -73.57, 0, 3),
    City("Calgary", "Alberta", _CANADA, 51.05, -114.07, 0, 2),
)

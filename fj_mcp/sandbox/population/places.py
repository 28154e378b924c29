"""The cities where the fictional people live: real places, with coordinates for distances."""

from dataclasses import dataclass
from functools import cache
from math import asin, cos, radians, sin, sqrt

_EARTH_RADIUS_KM = 6371.0


@dataclass(frozen=True, slots=True)
class City:
    """A city; `weight` is its share of the population, relative to the other cities."""

    name: str
    state: str
    country: str
    latitude: float
    longitude: float
    weight: int

    @property
    def label(self) -> str:
        """The region as written in profiles, such as `Pune, Maharashtra, India`."""
        return ", ".join(part for part in (self.name, self.state, self.country) if part)


@cache
def distance_km(one: City, other: City) -> float:
    """The great-circle distance in kilometers."""
    a, b = radians(one.latitude), radians(other.latitude)
    east = radians(other.longitude - one.longitude) / 2
    chord = sin((b - a) / 2) ** 2 + cos(a) * cos(b) * sin(east) ** 2
    return 2 * _EARTH_RADIUS_KM * asin(sqrt(chord))


_INDIA, _US, _UK = "India", "United States", "United Kingdom"
_MAHARASHTRA, _UP, _TAMIL_NADU = "Maharashtra", "Uttar Pradesh", "Tamil Nadu"

CITIES: tuple[City, ...] = (
    City("Pune", _MAHARASHTRA, _INDIA, 18.52, 73.86, 80),
    City("Pimpri-Chinchwad", _MAHARASHTRA, _INDIA, 18.63, 73.80, 12),
    City("Mumbai", _MAHARASHTRA, _INDIA, 19.08, 72.88, 45),
    City("Navi Mumbai", _MAHARASHTRA, _INDIA, 19.03, 73.03, 12),
    City("Thane", _MAHARASHTRA, _INDIA, 19.22, 72.98, 10),
    City("Nashik", _MAHARASHTRA, _INDIA, 20.00, 73.79, 6),
    City("Nagpur", _MAHARASHTRA, _INDIA, 21.15, 79.09, 8),
    City("Aurangabad", _MAHARASHTRA, _INDIA, 19.88, 75.34, 4),
    City("Kolhapur", _MAHARASHTRA, _INDIA, 16.70, 74.24, 3),
    City("Bengaluru", "Karnataka", _INDIA, 12.97, 77.59, 75),
    City("Mysuru", "Karnataka", _INDIA, 12.30, 76.64, 5),
    City("Mangaluru", "Karnataka", _INDIA, 12.91, 74.86, 3),
    City("Hyderabad", "Telangana", _INDIA, 17.39, 78.49, 50),
    City("Chennai", _TAMIL_NADU, _INDIA, 13.08, 80.27, 35),
    City("Coimbatore", _TAMIL_NADU, _INDIA, 11.02, 76.96, 8),
    City("Madurai", _TAMIL_NADU, _INDIA, 9.93, 78.12, 3),
    City("Kochi", "Kerala", _INDIA, 9.93, 76.27, 8),
    City("Thiruvananthapuram", "Kerala", _INDIA, 8.52, 76.94, 6),
    City("New Delhi", "Delhi", _INDIA, 28.61, 77.21, 25),
    City("Gurugram", "Haryana", _INDIA, 28.46, 77.03, 22),
    City("Faridabad", "Haryana", _INDIA, 28.41, 77.31, 4),
    City("Noida", _UP, _INDIA, 28.54, 77.39, 22),
    City("Ghaziabad", _UP, _INDIA, 28.67, 77.45, 5),
    City("Lucknow", _UP, _INDIA, 26.85, 80.95, 6),
    City("Moradabad", _UP, _INDIA, 28.84, 78.77, 2),
    City("Kanpur", _UP, _INDIA, 26.45, 80.33, 3),
    City("Jaipur", "Rajasthan", _INDIA, 26.91, 75.79, 9),
    City("Udaipur", "Rajasthan", _INDIA, 24.59, 73.71, 2),
    City("Ahmedabad", "Gujarat", _INDIA, 23.02, 72.57, 16),
    City("Gandhinagar", "Gujarat", _INDIA, 23.22, 72.64, 3),
    City("Vadodara", "Gujarat", _INDIA, 22.31, 73.18, 6),
    City("Surat", "Gujarat", _INDIA, 21.17, 72.83, 5),
    City("Indore", "Madhya Pradesh", _INDIA, 22.72, 75.86, 9),
    City("Bhopal", "Madhya Pradesh", _INDIA, 23.26, 77.41, 4),
    City("Kolkata", "West Bengal", _INDIA, 22.57, 88.36, 18),
    City("Bhubaneswar", "Odisha", _INDIA, 20.30, 85.82, 6),
    City("Visakhapatnam", "Andhra Pradesh", _INDIA, 17.69, 83.22, 5),
    City("Vijayawada", "Andhra Pradesh", _INDIA, 16.51, 80.65, 3),
    City("Chandigarh", "Chandigarh", _INDIA, 30.73, 76.78, 6),
    City("Mohali", "Punjab", _INDIA, 30.70, 76.72, 5),
    City("Panaji", "Goa", _INDIA, 15.49, 73.83, 3),
    City("San Francisco", "California", _US, 37.77, -122.42, 14),
    City("San Jose", "California", _US, 37.34, -121.89, 8),
    City("Los Angeles", "California", _US, 34.05, -118.24, 6),
    City("Seattle", "Washington", _US, 47.61, -122.33, 8),
    City("New York", "New York", _US, 40.71, -74.01, 14),
    City("Boston", "Massachusetts", _US, 42.36, -71.06, 6),
    City("Austin", "Texas", _US, 30.27, -97.74, 7),
    City("Dallas", "Texas", _US, 32.78, -96.80, 5),
    City("Chicago", "Illinois", _US, 41.88, -87.63, 6),
    City("Denver", "Colorado", _US, 39.74, -104.99, 3),
    City("London", "England", _UK, 51.51, -0.13, 16),
    City("Manchester", "England", _UK, 53.48, -2.24, 4),
    City("Cambridge", "England", _UK, 52.21, 0.12, 3),
    City("Edinburgh", "Scotland", _UK, 55.95, -3.19, 2),
    City("Dublin", "", "Ireland", 53.35, -6.26, 4),
    City("Berlin", "", "Germany", 52.52, 13.41, 7),
    City("Munich", "Bavaria", "Germany", 48.14, 11.58, 5),
    City("Amsterdam", "North Holland", "Netherlands", 52.37, 4.90, 5),
    City("Paris", "Île-de-France", "France", 48.86, 2.35, 5),
    City("Madrid", "", "Spain", 40.42, -3.70, 3),
    City("Barcelona", "Catalonia", "Spain", 41.39, 2.17, 3),
    City("Warsaw", "Mazowieckie", "Poland", 52.23, 21.01, 4),
    City("Stockholm", "", "Sweden", 59.33, 18.07, 3),
    City("Vienna", "", "Austria", 48.21, 16.37, 2),
)

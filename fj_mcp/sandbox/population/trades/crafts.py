"""Crafts of the building site and the workshop, each with people of its own title."""

from fj_mcp.sandbox.population.trades.trade import degrees, trade

_WORKS = (
    "passed every inspection of {what}",
    "finished {count} sites on time and without an accident",
    "trained {count} apprentices",
    "repaired {count} installations a month, most of them on the first visit",
    "ordered and kept the materials for {what}",
    "took on-call weeks for {count} customers",
)

_CRAFT = degrees(
    "HIGH_SCHOOL: Secondary School Certificate: 30 | ASSOCIATES: Apprenticeship Certificate: 60 | "
    "BACHELORS: Bachelor of Engineering: 10"
)

TRADES = (
    trade(
        "Operations",
        at=("Manufacturing", "Steelworks | Fabrication | Welding", "steel structures and pipes"),
        titles="Apprentice Welder | Welder | Welder | Welding Supervisor",
        called="""
            Welder | TIG Welder | MIG Welder | Pipe Welder | Structural Welder | Welder Fabricator | Fabricator Welder | de: Schweißer | fr: Soudeur | fr: Soudeuse | es: Soldador | es: Soldadora
            Welding Supervisor | Welding Foreman | Welding Inspector | de: Schweißaufsicht | fr: Chef soudeur | es: Jefe de soldadura
        """,
        skills="TIG Welding | MIG Welding | Stick Welding | Blueprint Reading | Metal Fabrication | Grinding | "
        "Pipe Welding | Plasma Cutting | Weld Inspection | Technical Drawings | Measuring Tools",
        certificates="AWS Certified Welder | Welding Certificate ISO 9606 | Forklift License",
        degrees=_CRAFT,
        fields="Metalworking | Welding Technology",
        works=_WORKS,
    ),
    trade(
        "Operations",
        at=("Construction", "Plumbing | Heating | Sanitary", "plumbing and heating"),
        titles="Apprentice Plumber | Plumber | Plumber | Plumbing Supervisor",
        called="""
            Plumber | Heating Engineer | Gas Engineer | Pipefitter | Plumbing and Heating Engineer | de: Anlagenmechaniker SHK | de: Anlagenmechaniker | de: Klempner | de: Gas-Wasser-Installateur | fr: Plombier | fr: Plombier chauffagiste | es: Fontanero | es: Fontanera
            Plumbing Supervisor | Master Plumber | Plumbing Foreman
        """,
        skills="Plumbing | Pipe Fitting | Heating Systems | Boiler Maintenance | Bathroom Installation | "
        "Leak Detection | Heat Pumps | Gas Installation | Technical Drawings | Preventive Maintenance",
        certificates="Gas Safe Registration | Plumber License | F-Gas Certificate",
        degrees=_CRAFT,
        fields="Building Services | Sanitary Technology",
        works=_WORKS,
    ),
)

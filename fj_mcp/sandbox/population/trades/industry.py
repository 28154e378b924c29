"""Engineering beyond software, production, construction and the crafts."""

from fj_mcp.sandbox.population.trades.trade import degrees, trade

_WORKS = (
    "took {what} from the first drawing to series production",
    "cut scrap at {what} by {count} percent",
    "planned and supervised the work of {count} people on site",
    "commissioned {count} machines at customers' plants",
    "wrote the test plans that {what} is released by",
    "kept {what} free of accidents for {count} months",
    "calculated and checked {count} assemblies a year",
    "led the change of {what} to new standards",
    "worked with suppliers, production and quality from the first sample on",
    "trained {count} apprentices and technicians",
)

_ENGINEERING = degrees(
    "ASSOCIATES: Diploma in Engineering: 16 | BACHELORS: Bachelor of Engineering: 46 | "
    "MASTERS: Master of Engineering: 34 | DOCTORATE: Doctor of Engineering: 4"
)
_CRAFT = degrees(
    "HIGH_SCHOOL: Secondary School Certificate: 30 | ASSOCIATES: Apprenticeship Certificate: 60 | "
    "BACHELORS: Bachelor of Engineering: 10"
)
_ARCHITECTURE = degrees(
    "BACHELORS: Bachelor of Architecture: 48 | MASTERS: Master of Architecture: 52"
)
_CHEMISTRY = degrees("BACHELORS: Bachelor of Science: 38 | MASTERS: Master of Science: 44 | "
                     "DOCTORATE: Doctor of Philosophy - PhD: 18")  # fmt: skip

_MACHINES = ("Manufacturing", "Machinery | Works | Dynamics", "machines and drives")
_CARS = ("Manufacturing", "Automotive | Mobility | Motors", "parts for cars and trucks")
_POWER = ("Manufacturing", "Power | Energy | Grid", "power stations and grids")
_CHEMICALS = ("Manufacturing", "Chemicals | Materials | Polymers", "chemicals and plastics")
_BUILDERS = (
    "Construction",
    "Construction | Builders | Infrastructure",
    "roads, bridges and buildings",
)
_PLANNERS = ("Architecture and Planning", "Architects | Planning | Design", "buildings and towns")
_SERVICE = (
    "Construction",
    "Installations | Technical Services | Building Services",
    "installation and maintenance",
)

TRADES = (
    trade(
        "Engineering",
        at=_MACHINES,
        titles="Design Engineer | Mechanical Engineer | Senior Mechanical Engineer | Lead Mechanical Engineer | Engineering Director",
        called="""
            Design Engineer | Mechanical Design Engineer | CAD Designer | Product Design Engineer | de: Konstrukteur | de: Konstrukteurin | de: Technischer Zeichner | fr: Dessinateur projeteur | fr: Projeteur | fr: Concepteur mécanique | es: Proyectista mecánico | es: Delineante
            Mechanical Engineer | Development Engineer | R&D Engineer | de: Maschinenbauingenieur | de: Ingenieur Maschinenbau | de: Entwicklungsingenieur | fr: Ingénieur mécanique | fr: Ingénieur mécanicien | fr: Ingénieur d'études | es: Ingeniero mecánico | es: Ingeniera mecánica
        """,
        skills="SolidWorks | Mechanical Design | CAD | Finite Element Analysis | AutoCAD | GD&T | CATIA | "
        "Siemens NX | Product Development | Thermodynamics | Tolerance Analysis | ANSYS | Sheet Metal Design | "
        "Prototyping | FMEA | MATLAB | DFMEA | HVAC Design",
        certificates="Certified SolidWorks Professional | Professional Engineer | Chartered Engineer | Six Sigma Green Belt",
        degrees=_ENGINEERING,
        fields="Mechanical Engineering | Mechatronics | Automotive Engineering",
        works=_WORKS,
    ),
    trade(
        "Engineering",
        at=_POWER,
        titles="Graduate Electrical Engineer | Electrical Engineer | Senior Electrical Engineer | Electrical Engineering Manager",
        called="""
            Electrical Engineer | Electrical Design Engineer | Electrical Project Engineer | Power Engineer | Power Systems Engineer | de: Elektroingenieur | de: Elektroingenieurin | de: Ingenieur Elektrotechnik | de: Elektroplaner | fr: Ingénieur électricien | fr: Ingénieur électrique | fr: Ingénieur en génie électrique | es: Ingeniero eléctrico | es: Ingeniera eléctrica
            Graduate Electrical Engineer | Junior Electrical Engineer
        """,
        skills="Electrical Design | Power Systems | Switchgear | AutoCAD Electrical | High Voltage | ETAP | "
        "EPLAN | Power Distribution | Load Flow Analysis | Protection Relays | Substation Design | "
        "Solar Energy | Electrical Safety | Commissioning | IEC Standards | Lighting Design",
        certificates="Professional Engineer | Chartered Engineer | VDE Certificate | NEBOSH",
        degrees=_ENGINEERING,
        fields="Electrical Engineering | Power Engineering | Renewable Energy",
        works=_WORKS,
    ),
    trade(
        "Engineering",
        at=_MACHINES,
        titles="Controls Engineer | Automation Engineer | Senior Automation Engineer | Head of Automation",
        called="""
            Controls Engineer | Control Engineer | Commissioning Engineer | de: Inbetriebnehmer | de: SPS-Techniker | fr: Technicien automatisme | es: Técnico de automatización
            Automation Engineer | PLC Programmer | PLC Engineer | Robotics Engineer | Instrumentation Engineer | Mechatronics Engineer | de: Automatisierungstechniker | de: Automatisierungsingenieur | de: SPS-Programmierer | de: Mechatroniker | fr: Automaticien | fr: Ingénieur automatisme | es: Ingeniero de automatización | es: Programador de PLC
        """,
        skills="PLC Programming | Siemens TIA Portal | SCADA | Industrial Automation | Robotics | Commissioning | "
        "HMI Programming | EPLAN | PROFINET | Allen-Bradley | KUKA Robots | Instrumentation | "
        "Servo Drives | Electrical Troubleshooting | Machine Safety",
        certificates="Siemens TIA Portal Certificate | Certified Automation Professional | Functional Safety Engineer",
        degrees=_ENGINEERING,
        fields="Automation Engineering | Mechatronics | Electrical Engineering",
        works=_WORKS,
    ),
    trade(
        "Engineering",
        at=_BUILDERS,
        titles="Graduate Civil Engineer | Civil Engineer | Senior Civil Engineer | Construction Project Director",
        called="""
            Civil Engineer | Structural Engineer | Structural Design Engineer | Geotechnical Engineer | Highway Engineer | Bridge Engineer | de: Bauingenieur | de: Bauingenieurin | de: Tragwerksplaner | de: Statiker | fr: Ingénieur génie civil | fr: Ingénieur structure | fr: Ingénieur BTP | es: Ingeniero civil | es: Ingeniera civil | es: Ingeniero de caminos | es: Ingeniero de estructuras
            Graduate Civil Engineer | Junior Civil Engineer
        """,
        skills="Structural Analysis | AutoCAD | Reinforced Concrete Design | Civil 3D | Steel Structures | "
        "Site Supervision | Revit | STAAD Pro | Geotechnical Engineering | Eurocode | BIM | Quantity Takeoff | "
        "Highway Design | ETABS | Drainage Design | Foundation Design",
        certificates="Professional Engineer | Chartered Engineer | ICE Membership | PMP",
        degrees=_ENGINEERING,
        fields="Civil Engineering | Structural Engineering | Environmental Engineering",
        works=_WORKS,
    ),
    trade(
        "Program and Project Management",
        at=_BUILDERS,
        titles="Site Engineer | Site Manager | Construction Manager | Construction Director",
        called="""
            Site Engineer | Field Engineer Construction | Quantity Surveyor | Estimator | Cost Estimator | de: Bauabrechner | de: Kalkulator | fr: Conducteur de travaux | fr: Métreur | es: Técnico de obra | es: Aparejador
            Site Manager | Site Supervisor | Foreman | Construction Superintendent | de: Bauleiter | de: Bauleiterin | de: Polier | fr: Chef de chantier | fr: Responsable de chantier | es: Jefe de obra | es: Encargado de obra
            Construction Manager | Construction Project Manager | Project Manager Construction | de: Oberbauleiter | de: Projektleiter Bau | fr: Directeur de travaux | es: Jefe de proyecto de construcción
        """,
        skills="Construction Management | Site Supervision | Cost Estimation | Quantity Surveying | Primavera P6 | "
        "MS Project | Subcontractor Management | Health and Safety | Contract Administration | AutoCAD | "
        "Tendering | Quality Inspection | VOB | BIM | Scheduling",
        certificates="PMP | SMSTS | RICS Membership | OSHA 30",
        degrees=_ENGINEERING,
        fields="Construction Management | Civil Engineering | Quantity Surveying",
        works=_WORKS,
    ),
    trade(
        "Arts and Design",
        at=_PLANNERS,
        titles="Architectural Assistant | Project Architect | Senior Architect | Partner Architect",
        called="""
            Architectural Assistant | Junior Architect | Draftsman | Architectural Technician | de: Bauzeichner | fr: Dessinateur en bâtiment | es: Delineante de arquitectura
            Project Architect | Building Architect | Interior Designer | Interior Architect | Landscape Architect | Urban Planner | de: Architekt | de: Architektin | de: Innenarchitekt | de: Stadtplaner | fr: Architecte | fr: Architecte d'intérieur | fr: Urbaniste | es: Arquitecto | es: Arquitecta | es: Interiorista | es: Urbanista
        """,
        skills="Architectural Design | Revit | AutoCAD | BIM | SketchUp | Building Codes | Rhino | "
        "Construction Documentation | ArchiCAD | 3D Rendering | Interior Design | Sustainable Design | "
        "Site Analysis | Urban Planning | HOAI | Enscape",
        certificates="Registered Architect | LEED Green Associate | ARB Registration",
        degrees=_ARCHITECTURE,
        fields="Architecture | Interior Architecture | Urban Planning",
        works=_WORKS,
    ),
    trade(
        "Engineering",
        at=_CHEMICALS,
        titles="Process Technician | Process Engineer | Chemical Engineer | Senior Chemical Engineer | Plant Manager",
        called="""
            Process Technician | Chemical Technician | Chemical Plant Operator | Chemical Operator | de: Chemikant | de: Chemielaborant | fr: Technicien chimiste | fr: Opérateur chimie | es: Operador de planta química
            Process Engineer | de: Verfahrensingenieur | de: Prozessingenieur | fr: Ingénieur procédés | fr: Ingénieur process | es: Ingeniero de procesos
            Chemical Engineer | de: Chemieingenieur | fr: Ingénieur chimiste | fr: Ingénieur en génie chimique | es: Ingeniero químico | es: Ingeniera química
            Plant Manager | Production Director | de: Werkleiter | de: Betriebsleiter | fr: Directeur d'usine | es: Director de planta
        """,
        skills="Process Engineering | Aspen Plus | P&ID | Mass and Energy Balances | HAZOP | Process Safety | "
        "Distillation | Scale-Up | Process Simulation | Heat Exchangers | GMP | Reaction Engineering | "
        "Process Optimization | Wastewater Treatment | Polymer Processing | Six Sigma",
        certificates="Professional Engineer | HAZOP Leader | Chartered Chemical Engineer",
        degrees=_ENGINEERING,
        fields="Chemical Engineering | Process Engineering | Chemistry",
        works=_WORKS,
    ),
    trade(
        "Research",
        at=_CHEMICALS,
        titles="Chemist | Analytical Chemist | Senior Chemist | Head of Laboratory",
        called="""
            Chemist | Formulation Chemist | Lab Chemist | R&D Chemist | de: Chemiker | de: Chemikerin | fr: Chimiste | es: Químico | es: Química analítica
            Analytical Chemist | QC Chemist | fr: Chimiste analyste | es: Químico analista
        """,
        skills="Analytical Chemistry | HPLC | Gas Chromatography | Organic Synthesis | Mass Spectrometry | "
        "Method Validation | Quality Control | Formulation | Spectroscopy | NMR | Titration | GLP | "
        "Laboratory Safety | Technical Documentation",
        certificates="Good Laboratory Practice | ISO 17025 Auditor",
        degrees=_CHEMISTRY,
        fields="Chemistry | Biochemistry | Materials Science",
        works=_WORKS,
    ),
    trade(
        "Quality Assurance",
        at=_CARS,
        titles="Quality Inspector | Quality Engineer | Senior Quality Engineer | Quality Manager",
        called="""
            Quality Inspector | Quality Technician | QC Inspector | Quality Controller | de: Qualitätsprüfer | fr: Contrôleur qualité | fr: Technicien qualité | es: Inspector de calidad | es: Técnico de calidad
            Quality Engineer | Supplier Quality Engineer | Quality Assurance Engineer Manufacturing | de: Qualitätsingenieur | de: Qualitätssicherer | fr: Ingénieur qualité | es: Ingeniero de calidad
            Quality Manager | Head of Quality | QHSE Manager | HSE Manager | EHS Manager | Safety Manager | de: Qualitätsmanager | de: Qualitätsleiter | de: Fachkraft für Arbeitssicherheit | fr: Responsable qualité | fr: Responsable QHSE | fr: Animateur sécurité | es: Responsable de calidad | es: Técnico de prevención de riesgos laborales
        """,
        skills="Quality Management | ISO 9001 | Root Cause Analysis | FMEA | IATF 16949 | Internal Auditing | "
        "Six Sigma | Statistical Process Control | PPAP | 8D | Measurement Systems Analysis | "
        "Supplier Quality | CAPA | Environmental Management | Occupational Safety",
        certificates="Six Sigma Green Belt | ISO 9001 Lead Auditor | Six Sigma Black Belt | NEBOSH",
        degrees=_ENGINEERING,
        fields="Industrial Engineering | Mechanical Engineering | Quality Management",
        works=_WORKS,
    ),
    trade(
        "Operations",
        at=_CARS,
        titles="Production Engineer | Manufacturing Engineer | Production Manager | Head of Production",
        called="""
            Production Engineer | Industrial Engineer | Production Planner | Lean Engineer | de: Produktionsingenieur | de: Fertigungsplaner | de: Arbeitsvorbereiter | de: Wirtschaftsingenieur | fr: Ingénieur de production | fr: Ingénieur méthodes | fr: Technicien méthodes | es: Ingeniero de producción | es: Ingeniero industrial
            Manufacturing Engineer | Manufacturing Process Engineer | de: Fertigungsingenieur | fr: Ingénieur industrialisation | es: Ingeniero de fabricación
            Production Manager | Production Supervisor | Shift Leader Production | Operations Manager Manufacturing | Manufacturing Manager | de: Produktionsleiter | de: Schichtleiter | de: Industriemeister | de: Fertigungsleiter | fr: Responsable de production | fr: Chef d'équipe production | es: Jefe de producción | es: Jefe de turno
        """,
        skills="Lean Manufacturing | Production Planning | Continuous Improvement | Kaizen | 5S | Six Sigma | "
        "Value Stream Mapping | SAP PP | CNC Machining | Shop Floor Management | OEE | Line Balancing | "
        "Team Leadership | Time Studies | Injection Molding | Cost Reduction",
        certificates="Six Sigma Green Belt | Lean Practitioner | Industriemeister IHK | APICS CPIM",
        degrees=_ENGINEERING,
        fields="Industrial Engineering | Production Engineering | Mechanical Engineering",
        works=_WORKS,
    ),
    trade(
        "Operations",
        at=_MACHINES,
        titles="Machine Operator | CNC Machinist | Senior CNC Machinist | Toolroom Supervisor",
        called="""
            Machine Operator | Production Operator | Production Worker | Assembler | Assembly Worker | Factory Worker | de: Maschinenbediener | de: Anlagenführer | de: Maschinen- und Anlagenführer | de: Produktionsmitarbeiter | de: Produktionshelfer | fr: Opérateur de production | fr: Conducteur de ligne | fr: Agent de production | es: Operario de producción | es: Operador de máquina
            CNC Machinist | Machinist | CNC Operator | CNC Programmer | Toolmaker | de: Zerspanungsmechaniker | de: CNC-Fräser | de: CNC-Dreher | de: Industriemechaniker | de: Werkzeugmechaniker | fr: Opérateur de machine CNC | fr: Usineur | fr: Tourneur fraiseur | es: Operador CNC | es: Tornero fresador
        """,
        skills="CNC Machining | CNC Programming | Milling | Turning | Technical Drawings | Measuring Tools | "
        "MIG Welding | TIG Welding | Fanuc Controls | Machine Setup | Grinding | Preventive Maintenance | "
        "Assembly | Quality Inspection | Blueprint Reading",
        certificates="CNC Machinist Certificate | Welding Certificate ISO 9606 | Forklift License",
        degrees=_CRAFT,
        fields="Metalworking | Mechanical Engineering",
        works=_WORKS,
    ),
    trade(
        "Operations",
        at=_SERVICE,
        titles="Apprentice Electrician | Electrician | Maintenance Technician | Maintenance Supervisor",
        called="""
            Electrician | Industrial Electrician | Electrical Technician | Journeyman Electrician | de: Elektriker | de: Elektroniker | de: Elektroinstallateur | de: Elektroniker für Betriebstechnik | de: Elektroniker für Energie- und Gebäudetechnik | fr: Électricien | fr: Électricienne | fr: Électrotechnicien | es: Electricista
            Maintenance Technician | Service Technician | Maintenance Mechanic | Field Service Technician | Maintenance Engineer | HVAC Technician | Refrigeration Technician | de: Servicetechniker | de: Instandhalter | de: Betriebselektriker | de: Haustechniker | de: Kältetechniker | fr: Technicien de maintenance | fr: Technicien frigoriste | es: Técnico de mantenimiento | es: Técnico de climatización
            Maintenance Supervisor | Maintenance Manager | Head of Maintenance | de: Leiter Instandhaltung | fr: Responsable maintenance | es: Jefe de mantenimiento
        """,
        skills="Electrical Installation | Preventive Maintenance | Electrical Troubleshooting | Wiring | "
        "Technical Drawings | HVAC Maintenance | Electrical Safety | Low Voltage | Hydraulics | Pneumatics | "
        "Plumbing | Motor Controls | PLC Basics | Photovoltaic Installation | Building Automation | Refrigeration",
        certificates="Journeyman Electrician License | 18th Edition Wiring Regulations | EPA 608 | Elektrofachkraft | F-Gas Certificate",
        degrees=_CRAFT,
        fields="Electrical Installation | Building Services | Mechatronics",
        works=_WORKS,
    ),
    trade(
        "Operations",
        at=("Manufacturing", "Garage | Auto Service | Motors", "car repair"),
        titles="Apprentice Mechanic | Automotive Technician | Master Technician | Workshop Manager",
        called="""
            Automotive Technician | Car Mechanic | Auto Mechanic | Vehicle Technician | Mechanic | Automotive Mechanic | Diesel Mechanic | de: Kfz-Mechatroniker | de: Kfz-Mechaniker | de: Automechaniker | fr: Mécanicien automobile | fr: Technicien automobile | es: Mecánico de automóviles | es: Mecánico
            Workshop Manager | Service Manager Automotive | de: Werkstattleiter | de: Kfz-Meister | fr: Chef d'atelier | es: Jefe de taller
        """,
        skills="Vehicle Diagnostics | Engine Repair | Brake Systems | Vehicle Electrics | Vehicle Inspection | "
        "Transmission Repair | Diesel Engines | High-Voltage Vehicles | Suspension Systems | Air Conditioning Service | "
        "Preventive Maintenance",
        certificates="ASE Certification | High-Voltage Vehicle Certificate | MOT Tester | Kfz-Meister",
        degrees=_CRAFT,
        fields="Automotive Technology | Mechatronics",
        works=_WORKS,
    ),
    trade(
        "Engineering",
        at=("Manufacturing", "Environment | Renewables | Water", "wind, sun and water"),
        titles="Environmental Technician | Environmental Engineer | Senior Environmental Consultant | Head of Sustainability",
        called="""
            Environmental Engineer | Environmental Consultant | Sustainability Manager | Wind Energy Engineer | Solar Engineer | Energy Engineer | Water Engineer | Sustainability Consultant | de: Umweltingenieur | de: Nachhaltigkeitsmanager | de: Energieberater | fr: Ingénieur environnement | fr: Ingénieur énergie | fr: Responsable RSE | es: Ingeniero ambiental | es: Técnico de medio ambiente | es: Ingeniero de energías renovables
        """,
        skills="Environmental Impact Assessment | ISO 14001 | Sustainability Reporting | Renewable Energy | "
        "Energy Audits | Solar Energy | Wind Energy | Water Treatment | GIS | Life Cycle Assessment | "
        "Waste Management | Environmental Permits | Carbon Accounting",
        certificates="ISO 14001 Lead Auditor | LEED Green Associate | Certified Energy Manager",
        degrees=_ENGINEERING,
        fields="Environmental Engineering | Renewable Energy | Geography",
        works=_WORKS,
    ),
    trade(
        "Engineering",
        at=("Manufacturing", "Aerospace | Aviation | Aero", "aircraft and their parts"),
        titles="Aircraft Technician | Aerospace Engineer | Senior Aerospace Engineer | Chief Engineer Aerospace",
        called="""
            Aircraft Technician | Aircraft Mechanic | Aircraft Maintenance Technician | Aircraft Maintenance Engineer | de: Fluggerätmechaniker | fr: Mécanicien aéronautique | es: Técnico de mantenimiento aeronáutico
            Aerospace Engineer | Aeronautical Engineer | Stress Engineer | Avionics Engineer | de: Luftfahrtingenieur | de: Ingenieur Luft- und Raumfahrt | fr: Ingénieur aéronautique | es: Ingeniero aeronáutico
        """,
        skills="Aircraft Maintenance | Aerodynamics | Stress Analysis | Composite Materials | CATIA | "
        "EASA Part 145 | Finite Element Analysis | Avionics | NASTRAN | Airworthiness | Flight Testing | "
        "Propulsion | Systems Engineering | AS9100",
        certificates="EASA Part 66 License | FAA A&P License | AS9100 Auditor",
        degrees=_ENGINEERING,
        fields="Aerospace Engineering | Aeronautics | Mechanical Engineering",
        works=_WORKS,
    ),
)

"""Logistics, hospitality, education, care of children, safety and public services."""

from fj_mcp.sandbox.population.trades.trade import degrees, trade

_WORKS = (
    "kept {what} running through the busiest {count} weeks of the year",
    "trained {count} new colleagues in the first week of their work",
    "brought complaints at {what} down by a third",
    "planned shifts for {count} people",
    "raised the rating of {what} by half a star",
    "took care of stock and orders for {what}",
    "led {what} through two inspections without a finding",
    "organized {count} events a year",
    "wrote the handbook that new people at {what} start with",
    "worked with suppliers on prices and on-time delivery",
)
_SCHOOL_WORKS = (
    "taught {count} classes, from beginners to final examinations",
    "mentored {count} trainee teachers",
    "rewrote the curriculum of {what} with the department",
    "raised pass rates at {what} by {count} percent",
    "organized an exchange with a school abroad",
    "ran the parents' evenings and the newsletter of {what}",
    "supported pupils with special needs, one to one and in class",
    "introduced tablets and a learning platform for {count} classes",
)

_VOCATIONAL = degrees(
    "HIGH_SCHOOL: Secondary School Certificate: 42 | ASSOCIATES: Vocational Diploma: 42 | "
    "BACHELORS: Bachelor of Arts: 16"
)
_COMMERCE = degrees(
    "ASSOCIATES: Diploma in Logistics: 25 | BACHELORS: Bachelor of Business Administration: 52 | "
    "MASTERS: Master of Business Administration: 23"
)
_HOTEL = degrees(
    "HIGH_SCHOOL: Secondary School Certificate: 20 | ASSOCIATES: Diploma in Hotel Management: 42 | "
    "BACHELORS: Bachelor of Hospitality Management: 32 | MASTERS: Master of Business Administration: 6"
)
_TEACHING = degrees(
    "BACHELORS: Bachelor of Education: 52 | MASTERS: Master of Education: 44 | "
    "DOCTORATE: Doctor of Philosophy - PhD: 4"
)
_ACADEMIC = degrees("MASTERS: Master of Arts: 30 | DOCTORATE: Doctor of Philosophy - PhD: 64 | "
                    "POST_DOCTORATE: Postdoctoral Fellowship: 6")  # fmt: skip
_SOCIAL = degrees("ASSOCIATES: Vocational Diploma: 30 | BACHELORS: Bachelor of Social Work: 48 | "
                  "MASTERS: Master of Social Work: 22")  # fmt: skip

_LOGISTICS = (
    "Transportation, Logistics, Supply Chain and Storage",
    "Logistics | Freight | Forwarding",
    "freight and storage",
)
_HAULAGE = (
    "Transportation, Logistics, Supply Chain and Storage",
    "Transport | Haulage | Trucking",
    "road transport",
)
_KITCHEN = ("Consumer Services", "Restaurant | Kitchen | Brasserie", "restaurants and catering")
_HOTELS = ("Consumer Services", "Hotel | Resort | Inn", "hotels")
_SCHOOL = ("Education", "School | Academy | College", "teaching")
_NURSERY = ("Education", "Nursery | Kindergarten | Day Care", "care of children")

TRADES = (
    trade(
        "Operations",
        at=_LOGISTICS,
        titles="Warehouse Associate | Warehouse Associate | Warehouse Supervisor | Warehouse Manager",
        called="""
            Warehouse Associate | Warehouse Operative | Warehouse Worker | Picker Packer | Order Picker | Forklift Operator | Forklift Driver | Material Handler | de: Fachkraft für Lagerlogistik | de: Lagermitarbeiter | de: Lagerist | de: Fachlagerist | de: Kommissionierer | de: Staplerfahrer | de: Gabelstaplerfahrer | fr: Agent logistique | fr: Magasinier | fr: Cariste | fr: Préparateur de commandes | es: Mozo de almacén | es: Operario de almacén | es: Carretillero
            Warehouse Supervisor | Warehouse Team Leader | Warehouse Shift Manager | de: Teamleiter Lager | de: Schichtleiter Lager | fr: Chef d'équipe logistique | es: Encargado de almacén
            Warehouse Manager | Distribution Center Manager | de: Lagerleiter | fr: Responsable d'entrepôt | es: Jefe de almacén
        """,
        skills="Order Picking | Forklift Operation | Warehouse Management Systems | Inventory Control | Packing | "
        "Goods Receipt | Loading and Unloading | Barcode Scanners | SAP EWM | Stock Control | Health and Safety | "
        "Shift Work | Dispatch",
        certificates="Forklift License | CACES | First Aid at Work | OSHA 10",
        degrees=_VOCATIONAL,
        fields="Logistics | Warehouse Management",
        works=_WORKS,
    ),
    trade(
        "Operations",
        at=_HAULAGE,
        titles="Delivery Driver | Truck Driver | Truck Driver | Fleet Manager",
        called="""
            Delivery Driver | Van Driver | Courier | Driver | Bus Driver | Taxi Driver | de: Auslieferungsfahrer | de: Kurierfahrer | de: Paketzusteller | de: Busfahrer | de: Fahrer | fr: Chauffeur-livreur | fr: Livreur | fr: Conducteur de bus | es: Repartidor | es: Conductor | es: Chófer
            Truck Driver | HGV Driver | Lorry Driver | CDL Driver | LGV Driver | HGV Class 1 Driver | Long Haul Driver | de: Berufskraftfahrer | de: LKW-Fahrer | de: Kraftfahrer | fr: Conducteur poids lourd | fr: Chauffeur poids lourd | fr: Conducteur routier | fr: Chauffeur routier | es: Conductor de camión | es: Camionero | es: Transportista
            Fleet Manager | Transport Manager | Dispatcher | Transport Planner | de: Disponent | de: Fuhrparkleiter | fr: Exploitant transport | fr: Responsable transport | es: Jefe de tráfico | es: Gestor de flotas
        """,
        skills="Truck Driving | Route Planning | Load Securing | Digital Tachograph | Vehicle Inspection | "
        "Delivery | Long-Haul Transport | ADR Dangerous Goods | Loading and Unloading | "
        "GPS Navigation | Fleet Management | Transport Regulations",
        certificates="CDL Class A | HGV Class 1 License | Driver CPC | ADR Certificate | Forklift License",
        degrees=_VOCATIONAL,
        fields="Transport | Logistics",
        works=_WORKS,
    ),
    trade(
        "Operations",
        at=_LOGISTICS,
        titles="Logistics Coordinator | Supply Chain Analyst | Supply Chain Manager | Head of Supply Chain",
        called="""
            Logistics Coordinator | Freight Forwarder | Logistics Specialist | Shipping Coordinator | Import Export Coordinator | Customs Specialist | de: Speditionskaufmann | de: Kaufmann für Spedition und Logistikdienstleistung | de: Logistiker | de: Zolldeklarant | fr: Coordinateur logistique | fr: Affréteur | fr: Agent de transit | fr: Déclarant en douane | es: Coordinador de logística | es: Técnico de logística | es: Agente de aduanas
            Supply Chain Analyst | Demand Planner | Supply Planner | Supply Chain Planner | de: Supply-Chain-Planer | fr: Approvisionneur | fr: Gestionnaire de stocks | es: Planificador de la demanda | es: Analista de cadena de suministro
            Supply Chain Manager | Logistics Manager | Operations Manager Logistics | de: Logistikleiter | de: Leiter Logistik | de: Logistikmanager | fr: Responsable logistique | fr: Responsable supply chain | es: Responsable de logística | es: Jefe de logística
        """,
        skills="Supply Chain Management | Logistics Planning | Freight Forwarding | Inventory Management | SAP MM | "
        "Demand Planning | Customs Clearance | Incoterms | Import and Export | Transport Management | "
        "S&OP | Warehouse Management Systems | Forecasting | Vendor Management | Distribution",
        certificates="APICS CSCP | APICS CPIM | Customs Broker License | Six Sigma Green Belt",
        degrees=_COMMERCE,
        fields="Logistics | Supply Chain Management | Business Administration",
        works=_WORKS,
    ),
    trade(
        "Purchasing",
        at=("Manufacturing", "Industries | Group | Supplies", "industrial goods"),
        titles="Purchasing Assistant | Buyer | Procurement Manager | Head of Procurement",
        called="""
            Purchasing Assistant | Procurement Assistant | de: Einkaufssachbearbeiter | fr: Assistant achats | es: Auxiliar de compras
            Buyer | Purchasing Agent | Procurement Specialist | Strategic Buyer | Purchaser | Category Buyer | Procurement Officer | de: Einkäufer | de: Einkäuferin | de: Strategischer Einkäufer | fr: Acheteur | fr: Acheteuse | es: Comprador | es: Técnico de compras
            Procurement Manager | Purchasing Manager | Category Manager | Sourcing Manager | de: Einkaufsleiter | de: Leiter Einkauf | fr: Responsable achats | es: Jefe de compras | es: Responsable de compras
        """,
        skills="Procurement | Supplier Negotiation | Strategic Sourcing | Vendor Management | Contract Management | "
        "SAP MM | Category Management | Cost Reduction | Purchase Orders | SAP Ariba | Supplier Evaluation | "
        "Tendering | Spend Analysis | Incoterms",
        certificates="CIPS Level 4 | CPSM | APICS CSCP",
        degrees=_COMMERCE,
        fields="Business Administration | Supply Chain Management | Industrial Engineering",
        works=_WORKS,
    ),
    trade(
        "Operations",
        at=_KITCHEN,
        titles="Commis Chef | Chef de Partie | Sous Chef | Head Chef | Executive Chef",
        called="""
            Commis Chef | Line Cook | Cook | Prep Cook | Kitchen Assistant | Kitchen Porter | Baker | Pastry Cook | Butcher | de: Jungkoch | de: Küchenhilfe | de: Bäcker | de: Konditor | fr: Commis de cuisine | fr: Boulanger | fr: Pâtissier | fr: Plongeur | es: Ayudante de cocina | es: Panadero | es: Pastelero
            Chef de Partie | Chef | Pastry Chef | de: Koch | de: Köchin | fr: Cuisinier | fr: Cuisinière | fr: Chef de partie | es: Cocinero | es: Cocinera
            Sous Chef | de: Souschef | fr: Second de cuisine | es: Segundo de cocina
            Head Chef | Kitchen Manager | Executive Head Chef | de: Küchenchef | de: Küchenleiter | fr: Chef de cuisine | fr: Chef cuisinier | es: Jefe de cocina
        """,
        skills="Food Preparation | Menu Planning | HACCP | Food Safety | Kitchen Management | Grill Station | "
        "Pastry | À la Carte | Catering | Food Cost Control | French Cuisine | Banquets | Stock Ordering | "
        "Team Leadership | Baking | Vegetarian Cuisine",
        certificates="ServSafe Manager | Food Hygiene Level 2 | HACCP Certificate | Gesellenbrief Koch",
        degrees=_VOCATIONAL,
        fields="Culinary Arts | Gastronomy",
        works=_WORKS,
    ),
    trade(
        "Operations",
        at=_KITCHEN,
        titles="Waiter | Bartender | Restaurant Supervisor | Restaurant Manager",
        called="""
            Waiter | Waitress | Restaurant Server | Food and Beverage Server | Barista | Food Service Worker | Sommelier | Steward | de: Kellner | de: Kellnerin | de: Servicekraft | de: Restaurantfachmann | fr: Serveur | fr: Serveuse | fr: Chef de rang | fr: Employé polyvalent de restauration | es: Camarero | es: Camarera
            Bartender | Mixologist | de: Barkeeper | fr: Barman | es: Barman
            Restaurant Supervisor | Restaurant Shift Leader | Head Waiter | de: Oberkellner | fr: Maître d'hôtel | es: Jefe de sala | es: Maître
            Restaurant Manager | Food and Beverage Manager | F&B Manager | Catering Manager | de: Restaurantleiter | de: Betriebsleiter Gastronomie | fr: Directeur de restaurant | fr: Responsable de restauration | es: Gerente de restaurante | es: Encargado de restaurante
        """,
        skills="Table Service | Guest Service | Cash Handling | Wine Knowledge | Cocktails | Food Safety | "
        "Order Taking | POS Systems | Barista Skills | Upselling | Banquets | Event Catering | "
        "Restaurant Management | Staff Scheduling | Reservations",
        certificates="Responsible Beverage Service | Food Hygiene Level 2 | WSET Level 2",
        degrees=_VOCATIONAL,
        fields="Hospitality | Gastronomy",
        works=_WORKS,
    ),
    trade(
        "Operations",
        at=_HOTELS,
        titles="Hotel Receptionist | Front Office Supervisor | Front Office Manager | Hotel Manager",
        called="""
            Hotel Receptionist | Front Desk Agent | Guest Service Agent | Guest Relations Officer | Concierge | Night Auditor | Front Desk Clerk | de: Hotelfachmann | de: Hotelfachfrau | de: Rezeptionist | de: Rezeptionistin | de: Empfangsmitarbeiter Hotel | fr: Réceptionniste | fr: Réceptionniste d'hôtel | es: Recepcionista | es: Recepcionista de hotel
            Front Office Manager | Rooms Division Manager | Reservations Manager | Housekeeping Manager | Executive Housekeeper | de: Empfangsleiter | de: Hausdame | fr: Chef de réception | fr: Gouvernante | es: Jefe de recepción | es: Gobernanta
            Hotel Manager | Hotel General Manager | Resort Manager | de: Hoteldirektor | de: Hotelmanager | fr: Directeur d'hôtel | es: Director de hotel
        """,
        skills="Front Office Operations | Guest Relations | Reservations | Opera PMS | Check-In and Check-Out | "
        "Housekeeping | Revenue Management | Complaint Handling | Event Planning | Upselling | "
        "Hotel Management | Concierge Services | Night Audit | Fidelio | Cash Handling",
        certificates="Certified Hotel Administrator | Opera PMS Certificate | First Aid at Work",
        degrees=_HOTEL,
        fields="Hotel Management | Tourism | Hospitality",
        works=_WORKS,
    ),
    trade(
        "Operations",
        at=_HOTELS,
        titles="Housekeeper | Cleaning Supervisor | Event Coordinator | Event Manager",
        called="""
            Housekeeper | Room Attendant | Cleaner | Janitor | Custodian | de: Reinigungskraft | de: Zimmermädchen | de: Gebäudereiniger | fr: Femme de chambre | fr: Agent d'entretien | fr: Agent de propreté | es: Camarera de pisos | es: Limpiador | es: Limpiadora
            Event Coordinator | Event Planner | Travel Agent | Travel Consultant | Tour Guide | Flight Attendant | Cabin Crew | de: Eventmanager | de: Veranstaltungskaufmann | de: Tourismuskaufmann | de: Flugbegleiter | fr: Chargé d'événementiel | fr: Conseiller voyages | fr: Hôtesse de l'air | es: Organizador de eventos | es: Agente de viajes | es: Guía turístico | es: Tripulante de cabina
            Event Manager | Conference Manager | fr: Responsable événementiel | es: Responsable de eventos
        """,
        skills="Housekeeping | Cleaning | Event Planning | Event Coordination | Vendor Management | Guest Service | "
        "Travel Booking | Amadeus | Laundry | Budgeting | Conference Organization | Room Inspection | "
        "Safety Procedures | Tour Planning",
        certificates="Certified Meeting Professional | IATA Diploma | First Aid at Work",
        degrees=_HOTEL,
        fields="Tourism | Event Management | Hospitality",
        works=_WORKS,
    ),
    trade(
        "Education",
        at=_SCHOOL,
        titles="Teaching Assistant | Secondary School Teacher | Head of Department | School Principal",
        called="""
            Teaching Assistant | Classroom Assistant | Tutor | Learning Support Assistant | de: Schulbegleiter | de: Nachhilfelehrer | fr: Assistant d'éducation | fr: AESH | es: Auxiliar de conversación | es: Profesor particular
            Secondary School Teacher | Teacher | High School Teacher | Math Teacher | Maths Teacher | Mathematics Teacher | Science Teacher | Physics Teacher | English Teacher | Language Teacher | Subject Teacher | TGT | PGT | de: Lehrer | de: Lehrerin | de: Lehrkraft | de: Gymnasiallehrer | de: Berufsschullehrer | fr: Professeur | fr: Professeure | fr: Enseignant | fr: Professeur de mathématiques | fr: Professeur des collèges | es: Profesor de secundaria | es: Profesor | es: Profesora | es: Docente
            Head of Department | Deputy Head Teacher | de: Fachbereichsleiter | fr: Coordinateur pédagogique | es: Jefe de departamento
            School Principal | Headteacher | Head Teacher | de: Schulleiter | de: Schulleiterin | fr: Directeur d'école | fr: Proviseur | es: Director de colegio
        """,
        skills="Classroom Management | Lesson Planning | Curriculum Development | Mathematics Teaching | "
        "Student Assessment | Differentiated Instruction | Science Teaching | Educational Technology | "
        "English as a Second Language | Google Classroom | Examination Preparation | Special Education | "
        "Physics Teaching | Parent Communication | Safeguarding",
        certificates="Qualified Teacher Status | State Teaching License | PGCE | CELTA | B.Ed",
        degrees=_TEACHING,
        fields="Education | Mathematics | Physics | English | History",
        works=_SCHOOL_WORKS,
    ),
    trade(
        "Education",
        at=_NURSERY,
        titles="Nursery Assistant | Early Childhood Educator | Primary School Teacher | Nursery Manager",
        called="""
            Nursery Assistant | Childcare Assistant | Nanny | Childminder | de: Kinderpfleger | de: Sozialassistent | fr: Auxiliaire de puériculture | fr: Assistante maternelle | es: Auxiliar de guardería | es: Niñera
            Early Childhood Educator | Kindergarten Teacher | Preschool Teacher | Nursery Teacher | Early Years Practitioner | Childcare Worker | Early Years Educator | de: Erzieher | de: Erzieherin | de: Pädagogische Fachkraft | de: Kindheitspädagoge | fr: Éducateur de jeunes enfants | fr: Éducatrice de jeunes enfants | es: Educador infantil | es: Educadora infantil | es: Maestro de educación infantil
            Primary School Teacher | Elementary School Teacher | Elementary Teacher | Primary Teacher | de: Grundschullehrer | de: Grundschullehrerin | fr: Professeur des écoles | fr: Instituteur | es: Maestro de primaria | es: Maestra de primaria
            Nursery Manager | Kindergarten Director | de: Kitaleitung | de: Kita-Leitung | fr: Directeur de crèche | es: Director de escuela infantil
        """,
        skills="Early Childhood Education | Child Development | Lesson Planning | Classroom Management | Safeguarding | "
        "Play-Based Learning | Parent Communication | First Aid | Special Education | Phonics | Montessori | "
        "Behavior Management | Observation and Documentation",
        certificates="Early Years Teacher Status | CDA Credential | Pediatric First Aid | Staatlich anerkannte Erzieherin",
        degrees=_TEACHING,
        fields="Early Childhood Education | Education | Pedagogy",
        works=_SCHOOL_WORKS,
    ),
    trade(
        "Education",
        at=("Education", "University | Institute | Business School", "research and teaching"),
        titles="Postdoctoral Researcher | Lecturer | Senior Lecturer | Professor",
        called="""
            Postdoctoral Researcher | Postdoc | Research Fellow | de: Akademischer Rat | fr: Post-doctorant | es: Investigador postdoctoral
            Lecturer | Assistant Professor | University Lecturer | Corporate Trainer | Instructional Designer | Training Specialist | de: Dozent | de: Dozentin | de: Lehrbeauftragter | de: Trainer Weiterbildung | fr: Maître de conférences | fr: Formateur | fr: Formatrice | es: Profesor universitario | es: Formador | es: Formadora
            Professor | Associate Professor | Full Professor | es: Catedrático | fr: Professeur des universités
        """,
        skills="University Teaching | Academic Research | Academic Writing | Curriculum Development | Grant Writing | "
        "Statistics | Instructional Design | Thesis Supervision | E-Learning | Public Speaking | SPSS | "
        "Adult Education | Qualitative Research | Training Delivery | Moodle",
        certificates="Fellow of the Higher Education Academy | Certified Trainer",
        degrees=_ACADEMIC,
        fields="Economics | Sociology | History | Physics | Education",
        works=_SCHOOL_WORKS,
    ),
    trade(
        "Community and Social Services",
        at=(
            "Non-profit Organizations",
            "Foundation | Social Services | Trust",
            "help for families",
        ),
        titles="Support Worker Social Care | Social Worker | Senior Social Worker | Social Services Manager",
        called="""
            Social Worker | Case Worker | Case Manager | Youth Worker | Family Support Worker | de: Sozialarbeiter | de: Sozialarbeiterin | de: Sozialpädagoge | de: Sozialpädagogin | fr: Assistant de service social | fr: Travailleur social | fr: Éducateur spécialisé | es: Trabajador social | es: Trabajadora social | es: Educador social
            Social Services Manager | Program Manager Non-profit | NGO Manager | de: Leiter Soziale Dienste | fr: Chef de service éducatif | es: Coordinador de programas sociales
        """,
        skills="Social Work | Case Management | Child Protection | Crisis Intervention | Counseling | Family Support | "
        "Safeguarding | Community Outreach | Youth Work | Care Planning | Report Writing | Fundraising | "
        "Volunteer Management | Refugee Support",
        certificates="Licensed Social Worker | Social Work England Registration | First Aid at Work",
        degrees=_SOCIAL,
        fields="Social Work | Social Pedagogy | Psychology",
        works=_SCHOOL_WORKS,
    ),
    trade(
        "Military and Protective Services",
        at=(
            "Consumer Services",
            "Security | Protection | Guarding",
            "guarding of sites and events",
        ),
        titles="Security Officer | Security Officer | Security Supervisor | Security Manager",
        called="""
            Security Officer | Security Guard | Door Supervisor | CCTV Operator | Firefighter | de: Sicherheitsmitarbeiter | de: Fachkraft für Schutz und Sicherheit | de: Wachmann | fr: Agent de sécurité | fr: Agent de sûreté | es: Vigilante de seguridad | es: Guardia de seguridad
            Security Manager | Head of Security Services | de: Leiter Sicherheit | fr: Responsable sûreté | es: Jefe de seguridad
        """,
        skills="Access Control | CCTV Monitoring | Patrolling | Incident Reporting | Conflict Management | "
        "Fire Safety | First Aid | Emergency Response | Crowd Control | Risk Assessment | Report Writing",
        certificates="SIA License | Guard Card | First Aid at Work | Fire Marshal | §34a Sachkunde",
        degrees=_VOCATIONAL,
        fields="Security Management | Public Safety",
        works=_WORKS,
    ),
    trade(
        "Operations",
        at=("Consumer Services", "Beauty | Salon | Wellness", "beauty and fitness"),
        titles="Junior Stylist | Hairdresser | Salon Supervisor | Salon Manager",
        called="""
            Hairdresser | Hair Stylist | Barber | Beautician | Beauty Therapist | Cosmetologist | Massage Therapist | Personal Trainer | Fitness Trainer | de: Friseur | de: Friseurin | de: Kosmetikerin | de: Fitnesstrainer | fr: Coiffeur | fr: Coiffeuse | fr: Esthéticienne | fr: Coach sportif | es: Peluquero | es: Peluquera | es: Esteticista | es: Entrenador personal
            Salon Manager | Spa Manager | de: Salonleiter | fr: Responsable de salon | es: Encargado de peluquería
        """,
        skills="Hair Cutting | Hair Coloring | Beauty Treatments | Customer Service | Massage | Makeup | Skin Care | "
        "Personal Training | Product Sales | Appointment Scheduling | Hygiene Standards | Fitness Coaching",
        certificates="NVQ Level 3 Hairdressing | Cosmetology License | Personal Trainer License",
        degrees=_VOCATIONAL,
        fields="Hairdressing | Cosmetics | Sports Science",
        works=_WORKS,
    ),
)

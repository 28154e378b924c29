"""What skills are called in job descriptions: other English words, German, French and Spanish.

One line is one skill, first as the sandbox's people name it.
"""

SPOKEN_SKILLS = """
Patient Care | Patientenversorgung | Patientenbetreuung | Grundpflege | Behandlungspflege | Grund- und Behandlungspflege | soins aux patients | soins infirmiers | soins de qualité | prise en charge des patients | atención al paciente | cuidados de enfermería | cuidado de pacientes | bedside care | nursing care
Medication Administration | administering medication | Medikamentengabe | administration des médicaments | administración de medicación
Wound Care | Wundversorgung | Wundmanagement | soins de plaies | pansements | cura de heridas | curas
Intensive Care | critical care unit | Intensivpflege | Intensivstation | Intensivmedizin | soins intensifs | réanimation | cuidados intensivos | UCI
Mechanical Ventilation | ventilated patients | Beatmung | invasive Beatmung | ventilation mécanique | ventilación mecánica
Hemodynamic Monitoring | hämodynamisches Monitoring | surveillance hémodynamique
Vital Signs Monitoring | vital signs | Vitalzeichen | constantes vitales
IV Therapy | IV lines | Infusionstherapie | perfusions
Infection Control | Hygiene und Infektionsschutz | Hygienemanagement | hygiène hospitalière | control de infecciones
Care Planning | care plans | Pflegeplanung | Pflegeprozess | projet de soins | plan de cuidados | planes de cuidados
Electronic Health Records | EHR | EMR | electronic medical records | elektronische Patientenakte | Pflegedokumentation | Dokumentation der Pflege | dossier patient informatisé | dossier patient | historia clínica electrónica
Triage | Ersteinschätzung
Palliative Care | Palliativpflege | Palliativversorgung | soins palliatifs | cuidados paliativos
Elderly Care | care of the elderly | Altenpflege | Seniorenpflege | gériatrie | cuidado de mayores | geriatría
Dementia Care | dementia | Demenz | Alzheimer
Personal Care | Körperpflege | aide à la toilette | aseo personal
Internal Medicine | Innere Medizin | médecine interne | medicina interna
Emergency Medicine | Notfallmedizin | médecine d'urgence | urgences | medicina de urgencias
General Practice | Allgemeinmedizin | médecine générale | medicina de familia
Physiotherapy | physical therapy | Krankengymnastik | kinésithérapie | fisioterapia
Manual Therapy | Manuelle Therapie | thérapie manuelle | terapia manual
Rehabilitation | rehab | rééducation | rehabilitación
Lymphatic Drainage | Lymphdrainage | Manuelle Lymphdrainage | drainage lymphatique | drenaje linfático
Dispensing | Arzneimittelabgabe | délivrance des médicaments | dispensación
Patient Counseling | patient counselling | Kundenberatung in der Apotheke | conseil aux patients | atención farmacéutica
Clinical Trials | clinical studies | klinische Studien | essais cliniques | études cliniques | ensayos clínicos
GCP | Good Clinical Practice | ICH-GCP | BPC
Clinical Monitoring | site monitoring | monitoring visits
Pharmacovigilance | Pharmakovigilanz | farmacovigilancia
Laboratory Techniques | lab techniques | Labortechnik | techniques de laboratoire | técnicas de laboratorio
Quality Control | Qualitätskontrolle | contrôle qualité | control de calidad
Cell Culture | Zellkultur | culture cellulaire | cultivo celular
Psychotherapy | Psychotherapie | psychothérapie | psicoterapia
Cognitive Behavioral Therapy | CBT | Verhaltenstherapie | TCC | terapia cognitivo-conductual
Negotiation | negotiating | Verhandlungsgeschick | Verhandlungsführung | négociation | négocier | negociación | negociar
Field Sales | outside sales | Außendienst | Vertrieb im Außendienst | vente terrain | prospection terrain | venta de campo
Customer Acquisition | new business | prospecting | Neukundengewinnung | Neukundenakquise | Kundenakquise | Akquise | prospection | prospection commerciale | captación de clientes
Key Account Management | key accounts | Großkundenbetreuung | Betreuung von Großkunden | grands comptes | comptes clés | grandes cuentas
CRM | Kundenbeziehungsmanagement
Technical Sales | Technischer Vertrieb | vente technique | venta técnica
Sales Planning | sales plans | Vertriebsplanung
Territory Management | sales territory | Gebietsbetreuung | gestion de secteur
Customer Service | customer support | Kundenservice | Kundendienst | Kundenbetreuung | relation client | service client | accueil client | atención al cliente | servicio al cliente
Complaint Handling | complaints | Reklamationsbearbeitung | Beschwerdemanagement | gestion des réclamations | réclamations | gestión de reclamaciones | reclamaciones
Retail Sales | retail | Einzelhandel | Verkauf im Einzelhandel | vente en magasin | venta en tienda | comercio minorista
Cash Handling | cash register | Kassieren | Kassentätigkeit | tenue de caisse | encaissement | manejo de caja
Visual Merchandising | Warenpräsentation | mise en rayon | escaparatismo
Stock Control | stock management | Bestandskontrolle | gestion des stocks | gestion de stock | control de stock | gestión de stock
Staff Scheduling | rostering | Personaleinsatzplanung | Dienstplanung | gestion des plannings | planificación de turnos
Team Leadership | leading a team | lead a team | Teamführung | Mitarbeiterführung | Führungserfahrung | management d'équipe | encadrement d'équipe | gestión de equipos | liderazgo de equipos
Campaign Management | campaigns | Kampagnenmanagement | Kampagnenplanung | gestion de campagnes | campagnes marketing | gestión de campañas
Brand Management | Markenführung | gestion de marque | gestión de marca
Social Media Marketing | social media | Social-Media-Marketing | réseaux sociaux | redes sociales
SEO | search engine optimization | Suchmaschinenoptimierung | référencement naturel | posicionamiento SEO
Google Ads | SEA | AdWords | SEM
Content Marketing | content creation | Content-Erstellung | création de contenu | creación de contenidos
Email Marketing | E-Mail-Marketing | emailing | newsletters
Market Research | Marktforschung | études de marché | estudios de mercado
Copywriting | Texterstellung | rédaction web | redacción de contenidos
Public Relations | Öffentlichkeitsarbeit | Pressearbeit | relations presse | relations publiques | relaciones públicas
Graphic Design | Grafikdesign | conception graphique | diseño gráfico
Adobe Photoshop | Photoshop
Adobe InDesign | InDesign
Adobe Illustrator | Illustrator
Adobe Creative Suite | Adobe Creative Cloud | Creative Suite
General Ledger | Hauptbuch | Finanzbuchhaltung | comptabilité générale | contabilidad general
Month-End Close | month end | monthly closing | month-end closing | month-end | Monatsabschluss | Monatsabschlüsse | Monats- und Jahresabschlüsse | clôture mensuelle | clôtures mensuelles | cierre mensual | cierres mensuales | cierre contable
Financial Statements | annual accounts | Jahresabschluss | Jahresabschlüsse | Bilanzierung | bilan | bilans | comptes annuels | cuentas anuales | estados financieros
Accounts Payable | AP | payables | Kreditorenbuchhaltung | Kreditoren | comptabilité fournisseurs | cuentas a pagar | facturas de proveedores
Accounts Receivable | AR | receivables | Debitorenbuchhaltung | Debitoren | comptabilité clients | cuentas por cobrar
Bank Reconciliation | bank reconciliations | account reconciliation | reconciliations | Kontenabstimmung | rapprochement bancaire | rapprochements bancaires | conciliación bancaria | conciliaciones bancarias
Tax Returns | tax filings | Steuererklärungen | Umsatzsteuervoranmeldung | déclarations fiscales | liasse fiscale | declaraciones fiscales | impuestos
VAT | Umsatzsteuer | Mehrwertsteuer | TVA | IVA
Payroll Accounting | Lohnbuchhaltung | paie | nóminas
Payroll | Entgeltabrechnung | Gehaltsabrechnung | Lohn- und Gehaltsabrechnung | gestion de la paie | gestión de nóminas
Excel | MS-Excel | MS Excel | Microsoft Excel
SAP FI | SAP FI/CO | SAP FICO
US GAAP | GAAP
Financial Auditing | external audit | Wirtschaftsprüfung | audit financier | auditoría financiera
Internal Controls | internal control | Internes Kontrollsystem | IKS | contrôle interne | control interno
Financial Modeling | financial models | financial modelling | modélisation financière | modelos financieros
Management Reporting | Berichtswesen | reporting mensuel | reporting financier | informes de gestión
Budgeting | budgets | Budgetierung | Budgetplanung | budget | élaboration du budget | presupuestos
Risk Management | Risikomanagement | gestion des risques | gestión de riesgos
Credit Analysis | credit risk | Kreditanalyse | analyse crédit | análisis de crédito
Wealth Management | Vermögensberatung | gestion de patrimoine | gestión de patrimonios
KYC | know your customer
Anti-Money Laundering | AML | Geldwäscheprävention
Claims Management | claims handling | insurance claims | Schadenbearbeitung | gestion des sinistres | gestión de siniestros
Contract Law | contracts | Vertragsrecht | droit des contrats | derecho contractual | contratos
Contract Drafting | drafting contracts | Vertragsgestaltung | rédaction de contrats | redacción de contratos
Contract Negotiation | negotiating contracts | Vertragsverhandlungen | négociation de contrats | negociación de contratos
Corporate Law | Gesellschaftsrecht | droit des sociétés | derecho mercantil | derecho societario
Employment Law | Arbeitsrecht | droit du travail | droit social | derecho laboral
Labor Law | labour law
Litigation | Prozessführung | contentieux | litigios
Data Protection | Datenschutz | DSGVO | RGPD | protection des données | protección de datos
Legal Research | juristische Recherche | veille juridique
Compliance | conformité | cumplimiento normativo
Recruiting | recruitment | hiring | Personalbeschaffung | Personalgewinnung | recrutement | selección de personal | reclutamiento
Employee Relations | Mitarbeiterbetreuung | relations sociales | relaciones laborales
HR Administration | Personaladministration | Personalverwaltung | administration du personnel | administración de personal
Training and Development | Personalentwicklung | plan de formation | formación y desarrollo
Performance Management | performance reviews | Leistungsbeurteilung | entretiens annuels | evaluación del desempeño
Office Administration | Büroorganisation | gestion administrative | gestión administrativa
Calendar Management | diary management | Terminplanung | Terminkoordination | gestion d'agenda | gestion des agendas | gestión de agenda
Travel Arrangements | Reiseplanung | Reiseorganisation | organisation des déplacements | gestión de viajes
Microsoft Office | MS Office | MS-Office | Office 365 | Pack Office | paquete Office
Data Entry | Dateneingabe | saisie de données | introducción de datos
Invoice Processing | Rechnungsbearbeitung | Rechnungsprüfung | facturation | facturación
Property Management | Immobilienverwaltung | Mietverwaltung | gestion locative | administración de fincas
Property Sales | Immobilienverkauf | vente immobilière | transaction immobilière | venta de inmuebles
Project Management | Projektmanagement | Projektleitung | gestion de projet | gestion de projets | pilotage de projets | gestión de proyectos
Stakeholder Management | stakeholders | Stakeholdermanagement
Change Management | Veränderungsmanagement | conduite du changement | gestión del cambio
Process Improvement | Prozessoptimierung | amélioration des processus | mejora de procesos
Risk Assessment | Gefährdungsbeurteilung | évaluation des risques | evaluación de riesgos
SolidWorks | Solid Works
CAD | CAD-Konstruktion | CAO | diseño asistido por ordenador
Mechanical Design | Konstruktion | mechanische Konstruktion | conception mécanique | diseño mecánico
Finite Element Analysis | FEA | FEM | FEM-Berechnung | éléments finis | calcul par éléments finis | elementos finitos
Product Development | Produktentwicklung | développement produit | desarrollo de producto
Siemens NX | NX
Electrical Design | Elektroplanung | Elektrokonstruktion | conception électrique | diseño eléctrico
High Voltage | Hochspannung | Mittelspannung | haute tension | alta tensión | media tensión
Low Voltage | Niederspannung | basse tension | baja tensión
Power Distribution | Energieverteilung | distribution électrique | distribución eléctrica
PLC Programming | PLC | PLCs | SPS | SPS-Programmierung | programmation d'automates | automates | programación de PLC
Siemens TIA Portal | TIA Portal | TIA-Portal
Industrial Automation | automation | Automatisierungstechnik | automatismes | automatización industrial
Commissioning | Inbetriebnahme | mise en service | puesta en marcha
Structural Analysis | structural design | structural calculations | Statik | Tragwerksplanung | calcul de structures | cálculo de estructuras
Reinforced Concrete Design | reinforced concrete | Stahlbetonbau | Stahlbeton | béton armé | hormigón armado
Steel Structures | structural steel | Stahlbau | charpente métallique | estructuras metálicas
Site Supervision | site management | Bauüberwachung | Bauleitung | suivi de chantier | supervisión de obra | dirección de obra
Construction Management | Baumanagement | conduite de travaux | gestión de obras
Cost Estimation | cost estimates | Kostenschätzung | Kalkulation | estimation des coûts | chiffrage | estimación de costes
Health and Safety | HSE | Arbeitssicherheit | Arbeitsschutz | hygiène et sécurité | prevención de riesgos laborales
Architectural Design | Entwurfsplanung | conception architecturale | diseño arquitectónico
Process Engineering | Verfahrenstechnik | génie des procédés | ingeniería de procesos
Process Safety | Prozesssicherheit | sécurité des procédés | seguridad de procesos
Quality Management | Qualitätsmanagement | QMS | management de la qualité | gestión de la calidad
Root Cause Analysis | RCA | Ursachenanalyse | analyse des causes | análisis de causa raíz
Lean Manufacturing | lean | lean production | Lean Management | amélioration continue lean | manufactura esbelta
Continuous Improvement | KVP | kontinuierliche Verbesserung | amélioration continue | mejora continua
Production Planning | Produktionsplanung | Fertigungsplanung | planification de la production | planificación de la producción
CNC Machining | CNC | CNC-Fertigung | CNC-Maschinen | Zerspanung | usinage | usinage CNC | mecanizado | mecanizado CNC
Technical Drawings | technische Zeichnungen | plans techniques | lecture de plans | planos técnicos | lectura de planos
Preventive Maintenance | vorbeugende Instandhaltung | Wartung | Wartung und Instandhaltung | maintenance préventive | mantenimiento preventivo
Electrical Installation | Elektroinstallation | installations électriques | installation électrique | instalaciones eléctricas
Electrical Troubleshooting | fault finding | Fehlersuche | Störungsbehebung | Störungsbeseitigung | dépannage | dépannage électrique | resolución de averías
Wiring | Verdrahtung | câblage | cableado
HVAC Maintenance | HVAC | Klimatechnik | chauffage et climatisation | climatización
MIG Welding | MIG | MAG | GMAW | MIG-Schweißen | MAG-Schweißen | soudage MIG | soldadura MIG | welding | Schweißen | soudage | soldadura
TIG Welding | TIG | GTAW | WIG-Schweißen | WIG | soudage TIG | soldadura TIG
Stick Welding | SMAW | arc welding | Elektrodenschweißen | soudage à l'arc
Metal Fabrication | Metallbau | métallerie | calderería
Plumbing | pipework | Sanitärinstallation | plomberie | fontanería
Pipe Fitting | pipefitting | Rohrleitungsbau | tuyauterie | montaje de tuberías
Heating Systems | central heating | Heizungsbau | Heizungstechnik | chauffage | calefacción
Heat Pumps | heat pump | Wärmepumpen | pompes à chaleur | bombas de calor
Vehicle Diagnostics | Fahrzeugdiagnose | diagnostic automobile | diagnóstico de vehículos
Renewable Energy | renewables | erneuerbare Energien | énergies renouvelables | energías renovables
Solar Energy | photovoltaics | Photovoltaik | photovoltaïque | energía solar | fotovoltaica
Order Picking | picking | Kommissionierung | Kommissionieren | préparation de commandes | preparación de pedidos
Forklift Operation | forklift | Gabelstapler | Stapler | Staplerfahren | chariot élévateur | carretilla elevadora
Warehouse Management Systems | WMS | warehouse management system | Lagerverwaltungssystem | Lagerverwaltung | gestion d'entrepôt | gestión de almacén
Goods Receipt | goods-in | Wareneingang | réception de marchandises | réception des marchandises | recepción de mercancías
Loading and Unloading | Be- und Entladen | Be- und Entladung | chargement et déchargement | carga y descarga
Inventory Control | inventory counts | Inventur | inventaires | inventarios
Truck Driving | driving HGV | Lkw fahren | Führen von LKW | conduite poids lourd | conducción de camiones
Route Planning | Tourenplanung | planification des tournées | planificación de rutas
Load Securing | Ladungssicherung | arrimage | sujeción de cargas | estiba
Digital Tachograph | tachograph | digitaler Tachograph | Fahrtenschreiber | chronotachygraphe | tacógrafo
Delivery | deliveries | Auslieferung | Zustellung | livraison | livraisons | reparto
ADR Dangerous Goods | dangerous goods | hazmat | Gefahrgut | matières dangereuses | mercancías peligrosas
Supply Chain Management | supply chain | Supply-Chain-Management | Lieferkette | chaîne d'approvisionnement | cadena de suministro
Logistics Planning | logistics | Logistik | logistique | logística
Freight Forwarding | freight | Spedition | Seefracht | Luftfracht | affrètement | transporte internacional
Customs Clearance | customs | Zollabwicklung | Zoll | douane | dédouanement | aduanas
Demand Planning | Bedarfsplanung | prévision des ventes | planificación de la demanda
Inventory Management | stock levels | Bestandsmanagement | gestion des inventaires | gestión de inventarios
Procurement | purchasing | Einkauf | Beschaffung | achats | compras | aprovisionamiento
Supplier Negotiation | negotiating with suppliers | supplier negotiations | Lieferantenverhandlungen | négociation fournisseurs | négociation avec les fournisseurs | negociación con proveedores
Strategic Sourcing | Strategischer Einkauf | sourcing stratégique
Vendor Management | supplier management | Lieferantenmanagement | gestion des fournisseurs | gestión de proveedores
Food Preparation | cooking | Zubereitung | Speisenzubereitung | Kochen | préparation des plats | préparation culinaire | cuisiner | elaboración de platos | preparación de alimentos | cocinar
Menu Planning | menus | menu creation | Speisekarte | Menüplanung | élaboration des menus | carte et menus | elaboración de menús
HACCP | APPCC
Food Safety | food hygiene | Lebensmittelhygiene | hygiène alimentaire | sécurité alimentaire | manipulación de alimentos | seguridad alimentaria
Kitchen Management | running the kitchen | Küchenleitung | gestion de cuisine | gestión de cocina
Table Service | serving guests | Service am Gast | service en salle | service à table | servicio de mesa | servicio en sala
Guest Service | guest experience | Gästebetreuung | accueil des clients | atención al huésped
Wine Knowledge | wine | Weinkenntnisse | connaissance des vins | vinos
Front Office Operations | front desk | front office | reception desk | Rezeption | Empfang | réception | accueil et réception | recepción
Guest Relations | guests | Gäste | relation clientèle | huéspedes
Reservations | bookings | Reservierungen | réservations | reservas
Opera PMS | Opera | PMS
Housekeeping | Zimmerreinigung | entretien des chambres | limpieza de habitaciones
Cleaning | Reinigung | nettoyage | limpieza
Event Planning | events | Veranstaltungsplanung | Veranstaltungsorganisation | organisation d'événements | organización de eventos
Classroom Management | Klassenführung | gestion de classe | gestión del aula
Lesson Planning | lesson plans | teaching lessons | Unterrichtsplanung | Unterricht | unterrichten | préparation des cours | enseignement | programación didáctica | impartir clases
Mathematics Teaching | mathematics | maths | math | Mathematik | mathématiques | matemáticas
Physics Teaching | physics | Physik | physique | física
Science Teaching | sciences | Naturwissenschaften
Curriculum Development | curriculum | Lehrplan | Lehrpläne | programmes scolaires | plan de estudios
Student Assessment | assessing pupils | Leistungsbewertung | évaluation des élèves | evaluación de alumnos
Special Education | special needs | SEN | Inklusion | Sonderpädagogik | besoins éducatifs particuliers | necesidades educativas especiales
Early Childhood Education | early years | EYFS | frühkindliche Bildung | Kinderbetreuung | petite enfance | educación infantil
Child Development | kindliche Entwicklung | développement de l'enfant | desarrollo infantil
Parent Communication | parents | Elternarbeit | Elterngespräche | relation avec les familles | comunicación con las familias
Safeguarding | child protection policies | Kinderschutz
University Teaching | teaching at university | Hochschullehre | Lehrveranstaltungen | enseignement supérieur | docencia universitaria
Academic Research | Forschung | recherche académique | investigación académica
Social Work | Sozialarbeit | Soziale Arbeit | travail social | trabajo social
Case Management | Fallmanagement | gestion de cas | gestión de casos
Family Support | Familienhilfe | accompagnement des familles | apoyo familiar
Access Control | Zutrittskontrolle | Zugangskontrolle | contrôle d'accès | contrôle des accès | control de accesos
CCTV Monitoring | CCTV | Videoüberwachung | vidéosurveillance | videovigilancia
Patrolling | patrols | Streifendienst | Kontrollgänge | rondes | rondas
Incident Reporting | incident reports | main courante | partes de incidencias
First Aid | Erste Hilfe | premiers secours | primeros auxilios
Hair Cutting | haircuts | Haarschnitte | coupe | corte de pelo
Hair Coloring | colouring | Colorationen | coloration | tinte
Machine Learning | maschinelles Lernen | apprentissage automatique | aprendizaje automático
"""

"""Sales, marketing, finance, law, human resources and administration."""

from fj_mcp.sandbox.population.trades.trade import degrees, trade

_WORKS = (
    "won {count} accounts in a year, and kept all but two",
    "closed the month in {count} working hours instead of a week",
    "prepared the numbers of {what} for the board every quarter",
    "took {what} through an audit without a finding",
    "negotiated contracts worth {count} million",
    "introduced a new system for {count} colleagues, with training",
    "set up the reports that {what} is now run by",
    "led a team of {count}, and hired half of it",
    "worked with production, legal and finance on new offers",
    "found savings of {count} percent in the budget of {what}",
)

_COMMERCE = degrees(
    "ASSOCIATES: Commercial Diploma: 18 | BACHELORS: Bachelor of Commerce: 52 | "
    "MASTERS: Master of Business Administration: 30"
)
_VOCATIONAL = degrees(
    "HIGH_SCHOOL: Secondary School Certificate: 22 | ASSOCIATES: Commercial Diploma: 40 | "
    "BACHELORS: Bachelor of Arts: 38"
)
_ARTS = degrees("ASSOCIATES: Diploma in Media: 12 | BACHELORS: Bachelor of Arts: 56 | "
                "MASTERS: Master of Arts: 32")  # fmt: skip
_FINANCE = degrees("BACHELORS: Bachelor of Science in Finance: 50 | "
                   "MASTERS: Master of Science in Finance: 47 | DOCTORATE: Doctor of Economics: 3")  # fmt: skip
_LAW = degrees("BACHELORS: Bachelor of Laws - LLB: 40 | MASTERS: Master of Laws - LLM: 48 | "
               "DOCTORATE: Doctor of Laws: 12")  # fmt: skip

_TRADING = ("Retail", "Trading | Wholesale | Distribution", "wholesale and distribution")
_MACHINES = ("Manufacturing", "Machinery | Industries | Works", "machines and parts")
_AUDITORS = ("Accounting", "Audit | Accountants | Tax Advisers", "accounting and tax advice")
_BANK = ("Financial Services", "Bank | Credit Union | Finance", "banking for people and firms")
_INSURER = ("Financial Services", "Insurance | Assurance", "insurance")
_AGENCY = ("Advertising Services", "Agency | Communications | Media", "campaigns and media")
_LAWYERS = ("Legal Services", "Law | Legal | Attorneys", "legal advice")
_STAFFING = (
    "Business Consulting and Services",
    "Staffing | People | Talent",
    "recruiting and payroll",
)
_RETAILER = ("Retail", "Stores | Retail | Fashion", "shops in every larger town")
_ESTATES = ("Real Estate", "Properties | Estates | Homes", "homes and offices")

TRADES = (
    trade(
        "Sales",
        at=_TRADING,
        titles="Sales Representative | Area Sales Manager | Regional Sales Manager | Sales Director",
        called="""
            Sales Representative | Field Sales Representative | Field Sales Executive | Outside Sales Representative | Sales Executive | Sales Associate B2B | de: Außendienstmitarbeiter | de: Vertriebsmitarbeiter | de: Vertriebsmitarbeiter im Außendienst | de: Handelsvertreter | fr: Commercial terrain | fr: Commercial itinérant | fr: Attaché commercial | fr: Technico-commercial | es: Comercial | es: Representante de ventas | es: Delegado comercial
            Area Sales Manager | Territory Manager | Territory Sales Manager | de: Gebietsverkaufsleiter | de: Gebietsleiter | fr: Chef de secteur | es: Jefe de zona
            Regional Sales Manager | Senior Sales Manager | Sales Team Lead | de: Regionalverkaufsleiter | de: Vertriebsleiter | de: Verkaufsleiter | fr: Responsable commercial | fr: Directeur régional des ventes | es: Jefe de ventas | es: Gerente de ventas | es: Director regional de ventas
            Sales Director | Head of Sales | Director of Sales | fr: Directeur commercial | es: Director comercial
        """,
        skills="Field Sales | Negotiation | Key Account Management | Customer Acquisition | CRM | "
        "Territory Management | Sales Planning | Salesforce | Channel Sales | Trade Marketing | "
        "Product Demonstrations | Distributor Management | Sales Forecasting | Pricing",
        certificates="Certified Sales Professional | SPIN Selling Certificate | Salesforce Administrator",
        degrees=_COMMERCE,
        fields="Business Administration | Marketing | International Trade",
        works=_WORKS,
    ),
    trade(
        "Sales",
        at=_MACHINES,
        titles="Inside Sales Representative | Sales Engineer | Key Account Manager | Head of Key Accounts",
        called="""
            Inside Sales Representative | Internal Sales Executive | Telesales Agent | de: Vertriebsinnendienst | de: Innendienstmitarbeiter | fr: Commercial sédentaire | es: Comercial interno | es: Televentas
            Sales Engineer | Technical Sales Engineer | Technical Sales Representative | de: Vertriebsingenieur | fr: Ingénieur commercial | fr: Ingénieur technico-commercial | es: Ingeniero de ventas | es: Técnico comercial
            Key Account Manager | Account Manager | Client Manager | de: Großkundenbetreuer | fr: Responsable grands comptes | fr: Responsable de comptes clés | es: Gestor de grandes cuentas | es: Responsable de cuentas
        """,
        skills="Technical Sales | Key Account Management | Negotiation | CRM | Solution Selling | "
        "Tender Management | Offer Preparation | SAP SD | Customer Support | Contract Management | "
        "Product Training | Market Analysis",
        certificates="Certified Sales Professional | Strategic Account Management Certificate",
        degrees=_COMMERCE,
        fields="Industrial Engineering | Business Administration | Mechanical Engineering",
        works=_WORKS,
    ),
    trade(
        "Customer Success and Support",
        at=("Consumer Services", "Service Center | Contact Center | Services", "customer service"),
        titles="Customer Service Representative | Customer Service Representative | "
        "Customer Service Team Lead | Customer Service Manager",
        called="""
            Customer Service Representative | Customer Service Agent | Call Center Agent | Customer Support Specialist | Customer Advisor | Contact Centre Agent | de: Kundenberater | de: Mitarbeiter Kundenservice | de: Kundenbetreuer | fr: Conseiller clientèle | fr: Téléconseiller | fr: Chargé de clientèle | es: Agente de atención al cliente | es: Teleoperador
            Customer Service Manager | Customer Support Manager | Call Center Manager | de: Leiter Kundenservice | fr: Responsable service client | es: Responsable de atención al cliente
        """,
        skills="Customer Service | Complaint Handling | Call Handling | CRM | Zendesk | Live Chat Support | "
        "Upselling | Order Processing | Ticketing Systems | Quality Monitoring | Escalation Management",
        certificates="Customer Service Certificate | HDI Support Center Analyst",
        degrees=_VOCATIONAL,
        fields="Business Administration | Communication",
        works=_WORKS,
    ),
    trade(
        "Sales",
        at=_RETAILER,
        titles="Sales Assistant | Sales Assistant | Assistant Store Manager | Store Manager | Area Manager",
        called="""
            Sales Assistant | Retail Sales Associate | Shop Assistant | Cashier | Store Associate | de: Verkäufer | de: Verkäuferin | de: Kassierer | de: Einzelhandelskaufmann | fr: Vendeur | fr: Vendeuse | fr: Conseiller de vente | fr: Hôte de caisse | es: Dependiente | es: Dependienta | es: Vendedor | es: Cajero
            Assistant Store Manager | Deputy Store Manager | Shift Supervisor Retail | de: Stellvertretender Filialleiter | fr: Adjoint de magasin | es: Segundo encargado
            Store Manager | Shop Manager | Retail Manager | Branch Manager Retail | de: Filialleiter | de: Marktleiter | fr: Responsable de magasin | fr: Directeur de magasin | es: Encargado de tienda | es: Gerente de tienda
            Area Manager | District Manager | de: Bezirksleiter | fr: Responsable de secteur | es: Jefe de área
        """,
        skills="Retail Sales | Cash Handling | Visual Merchandising | Customer Service | Stock Control | "
        "Store Operations | POS Systems | Staff Scheduling | Loss Prevention | Merchandising | "
        "Inventory Management | Team Leadership | KPI Reporting",
        certificates="Retail Management Certificate | First Aid at Work",
        degrees=_VOCATIONAL,
        fields="Retail Management | Business Administration | Fashion",
        works=_WORKS,
    ),
    trade(
        "Marketing",
        at=_AGENCY,
        titles="Marketing Assistant | Marketing Specialist | Brand Manager | Head of Marketing",
        called="""
            Marketing Assistant | Junior Marketing Executive | de: Marketingassistent | fr: Assistant marketing | es: Asistente de marketing
            Marketing Specialist | Marketing Executive | Marketing Coordinator | Campaign Manager | Digital Marketing Manager | Social Media Manager | Content Manager | SEO Specialist | de: Marketingreferent | de: Online-Marketing-Manager | fr: Chargé de marketing | fr: Chargée de marketing | fr: Chef de projet marketing | fr: Responsable marketing digital | fr: Traffic manager | es: Especialista en marketing | es: Técnico de marketing | es: Community manager
            Brand Manager | Product Marketing Manager | Senior Marketing Manager | de: Markenmanager | de: Marketingleiter | fr: Chef de produit | fr: Chef de marque | fr: Responsable marketing | es: Responsable de marketing | es: Jefe de producto | es: Brand manager
            Head of Marketing | Marketing Director | fr: Directeur marketing | es: Director de marketing
        """,
        skills="Campaign Management | Brand Management | Social Media Marketing | SEO | Content Marketing | "
        "Google Analytics | Google Ads | Market Research | Email Marketing | Copywriting | "
        "Media Planning | Event Marketing | Meta Ads | Marketing Automation | Adobe Creative Suite",
        certificates="Google Ads Certification | HubSpot Inbound Marketing | Digital Marketing Diploma",
        degrees=_ARTS,
        fields="Marketing | Communication | Business Administration",
        works=_WORKS,
    ),
    trade(
        "Media and Communication",
        at=_AGENCY,
        titles="Editorial Assistant | Content Editor | Communications Manager | Head of Communications",
        called="""
            Editorial Assistant | Junior Editor | de: Volontär | fr: Assistant d'édition | es: Ayudante de redacción
            Content Editor | Copywriter | Journalist | Editor | Technical Writer | Content Writer | de: Redakteur | de: Redakteurin | de: Texter | fr: Rédacteur | fr: Journaliste | fr: Concepteur-rédacteur | es: Redactor | es: Periodista
            Communications Manager | PR Manager | Public Relations Manager | Press Officer | de: Pressesprecher | de: Kommunikationsmanager | fr: Chargé de communication | fr: Responsable communication | es: Responsable de comunicación
        """,
        skills="Copywriting | Editing | Public Relations | Media Relations | Content Strategy | Journalism | "
        "Internal Communications | Press Releases | Storytelling | Content Management Systems | "
        "Crisis Communication | Proofreading | Technical Writing",
        certificates="CIPR Diploma | Journalism Diploma",
        degrees=_ARTS,
        fields="Journalism | Communication | Literature",
        works=_WORKS,
    ),
    trade(
        "Arts and Design",
        at=_AGENCY,
        titles="Graphic Designer | Graphic Designer | Art Director | Creative Director",
        called="""
            Graphic Designer | Visual Designer | Media Designer | Multimedia Designer | de: Grafikdesigner | de: Mediengestalter | fr: Graphiste | fr: Designer graphique | es: Diseñador gráfico | es: Diseñadora gráfica
            Art Director | de: Artdirektor | fr: Directeur artistique | es: Director de arte
        """,
        skills="Graphic Design | Adobe Photoshop | Adobe InDesign | Adobe Illustrator | Typography | "
        "Corporate Design | Branding | Layout | Adobe Creative Suite | Motion Graphics | "
        "Print Production | After Effects | Packaging Design",
        certificates="Adobe Certified Professional",
        degrees=_ARTS,
        fields="Graphic Design | Visual Communication | Fine Arts",
        works=_WORKS,
    ),
    trade(
        "Accounting",
        at=_AUDITORS,
        titles="Accounting Clerk | Staff Accountant | Senior Accountant | Accounting Manager",
        called="""
            Accounting Clerk | Accounts Assistant | Bookkeeper | Accounts Payable Clerk | Accounts Payable Specialist | Accounts Receivable Specialist | de: Buchhalter | de: Buchhalterin | de: Kreditorenbuchhalter | de: Debitorenbuchhalter | de: Steuerfachangestellte | de: Steuerfachangestellter | fr: Aide-comptable | fr: Assistant comptable | es: Auxiliar contable | es: Administrativo contable
            Staff Accountant | General Ledger Accountant | Accountant | Corporate Accountant | de: Finanzbuchhalter | de: Finanzbuchhalterin | fr: Comptable | fr: Comptable général | fr: Comptable unique | es: Contable | es: Contador | es: Contadora
            Senior Accountant | de: Bilanzbuchhalter | de: Bilanzbuchhalterin | de: Hauptbuchhalter | fr: Chef comptable | fr: Responsable comptable | es: Contable sénior | es: Jefe de contabilidad
            Accounting Manager | Financial Controller | Controller | Finance Controller | de: Leiter Rechnungswesen | de: Leiter Buchhaltung | fr: Responsable administratif et financier | fr: Contrôleur financier | es: Responsable de contabilidad | es: Controller financiero
        """,
        skills="General Ledger | Month-End Close | Accounts Payable | Accounts Receivable | Bank Reconciliation | "
        "Financial Statements | Tax Returns | Excel | QuickBooks | IFRS | US GAAP | SAP FI | DATEV | HGB | "
        "VAT | Payroll Accounting | Xero | Fixed Assets | Sage | Cost Accounting",
        certificates="CPA | ACCA | Chartered Accountant | CIMA | Bilanzbuchhalter IHK",
        degrees=_COMMERCE,
        fields="Accounting | Finance | Commerce",
        works=_WORKS,
    ),
    trade(
        "Finance",
        at=_AUDITORS,
        titles="Audit Associate | Auditor | Audit Senior Manager | Audit Director",
        called="""
            Audit Associate | Audit Assistant | Tax Associate | de: Prüfungsassistent | fr: Auditeur junior | es: Asistente de auditoría
            Auditor | Internal Auditor | Tax Consultant | Tax Adviser | Tax Advisor | Tax Manager | Senior Auditor | External Auditor | de: Wirtschaftsprüfer | de: Steuerberater | de: Interner Revisor | fr: Auditeur financier | fr: Auditeur interne | fr: Expert-comptable | fr: Fiscaliste | es: Auditor interno | es: Asesor fiscal
            Audit Senior Manager | Audit Manager | fr: Responsable d'audit | es: Gerente de auditoría
        """,
        skills="Financial Auditing | Internal Controls | IFRS | Risk Assessment | US GAAP | Corporate Tax | "
        "SOX Compliance | Tax Planning | Audit Planning | Excel | Transfer Pricing | Due Diligence | "
        "Data Analytics | HGB",
        certificates="CPA | CIA | Chartered Accountant | ACCA | Steuerberater",
        degrees=_FINANCE,
        fields="Accounting | Taxation | Finance",
        works=_WORKS,
    ),
    trade(
        "Finance",
        at=_BANK,
        titles="Credit Analyst | Investment Analyst | Portfolio Manager | Head of Risk",
        called="""
            Credit Analyst | Risk Analyst | Loan Officer | de: Kreditanalyst | fr: Analyste crédit | es: Analista de crédito | es: Analista de riesgos
            Investment Analyst | Equity Research Analyst | Business Controller | FP&A Analyst | Financial Planning Analyst | de: Finanzanalyst | de: Controller Finanzen | fr: Contrôleur de gestion | fr: Analyste financier | es: Analista financiero | es: Controller de gestión
            Portfolio Manager | Fund Manager | Treasury Manager | Risk Manager | de: Portfoliomanager | de: Risikomanager | fr: Gérant de portefeuille | fr: Trésorier | es: Gestor de carteras
        """,
        skills="Credit Analysis | Risk Management | Financial Modeling | Valuation | Portfolio Management | "
        "Bloomberg Terminal | Basel III | Excel | Management Reporting | Treasury | Cash Flow Forecasting | "
        "Anti-Money Laundering | Budgeting | Derivatives | KYC",
        certificates="CFA Level II | FRM | CFA Charterholder",
        degrees=_FINANCE,
        fields="Finance | Economics | Business Mathematics",
        works=_WORKS,
    ),
    trade(
        "Finance",
        at=_BANK,
        titles="Bank Teller | Relationship Manager | Senior Relationship Manager | Branch Manager",
        called="""
            Bank Teller | Bank Clerk | Personal Banker | de: Bankkaufmann | de: Bankkauffrau | fr: Conseiller bancaire | es: Cajero de banco | es: Asesor bancario
            Relationship Manager | Private Banker | Corporate Banker | Wealth Manager | Financial Advisor | Financial Adviser | Mortgage Advisor | de: Firmenkundenberater | de: Finanzberater | de: Kundenberater Bank | fr: Chargé d'affaires entreprises | fr: Conseiller en gestion de patrimoine | es: Gestor de banca personal | es: Asesor financiero
            Branch Manager | Bank Branch Manager | de: Bankfilialleiter | fr: Directeur d'agence | es: Director de sucursal
        """,
        skills="Retail Banking | Corporate Banking | Wealth Management | Lending | Mortgages | KYC | "
        "Investment Advice | Relationship Building | Cross-Selling | Loan Processing | Credit Assessment | "
        "Financial Planning",
        certificates="Certified Financial Planner | Banking Diploma | MiFID II Certificate",
        degrees=_COMMERCE,
        fields="Banking | Finance | Economics",
        works=_WORKS,
    ),
    trade(
        "Finance",
        at=_INSURER,
        titles="Claims Handler | Underwriter | Actuary | Head of Underwriting",
        called="""
            Claims Handler | Claims Adjuster | Insurance Agent | Insurance Broker | Claims Specialist | de: Schadensachbearbeiter | de: Versicherungskaufmann | fr: Gestionnaire de sinistres | es: Tramitador de siniestros | es: Agente de seguros
            Underwriter | Insurance Underwriter | de: Underwriter Versicherung | fr: Souscripteur | es: Suscriptor
            Actuary | Actuarial Analyst | de: Aktuar | fr: Actuaire | es: Actuario
        """,
        skills="Insurance Underwriting | Claims Management | Risk Assessment | Actuarial Science | Pricing Models | "
        "Property Insurance | Reinsurance | Solvency II | Policy Administration | Fraud Detection",
        certificates="Chartered Insurer | Fellow of the Society of Actuaries | ACII",
        degrees=_FINANCE,
        fields="Insurance | Actuarial Science | Mathematics",
        works=_WORKS,
    ),
    trade(
        "Legal",
        at=_LAWYERS,
        titles="Paralegal | Associate Attorney | Legal Counsel | General Counsel",
        called="""
            Paralegal | Legal Assistant | Legal Secretary | de: Rechtsanwaltsfachangestellte | de: Rechtsanwaltsfachangestellter | fr: Assistant juridique | fr: Assistante juridique | es: Asistente legal | es: Procurador
            Associate Attorney | Lawyer | Attorney | Solicitor | Barrister | Associate Lawyer | de: Rechtsanwalt | de: Rechtsanwältin | de: Volljurist | fr: Avocat | fr: Avocate | fr: Avocat collaborateur | es: Abogado | es: Abogada
            Legal Counsel | Corporate Counsel | In-house Counsel | In-house Lawyer | Compliance Officer | Legal Manager | de: Syndikusrechtsanwalt | de: Unternehmensjurist | de: Justiziar | fr: Juriste d'entreprise | fr: Juriste | fr: Responsable juridique | es: Asesor jurídico | es: Responsable jurídico
            General Counsel | Head of Legal | de: Leiter Recht | fr: Directeur juridique | es: Director jurídico
        """,
        skills="Contract Law | Legal Research | Contract Drafting | Corporate Law | Litigation | Compliance | "
        "Contract Negotiation | Data Protection | Employment Law | Mergers and Acquisitions | "
        "Intellectual Property | Commercial Law | Legal Writing | Due Diligence | GDPR",
        certificates="Bar Admission | Solicitor Qualification | CIPP/E",
        degrees=_LAW,
        fields="Law | Business Law",
        works=_WORKS,
    ),
    trade(
        "Human Resources",
        at=_STAFFING,
        titles="HR Assistant | HR Generalist | HR Business Partner | HR Director",
        called="""
            HR Assistant | HR Administrator | HR Coordinator | Human Resources Assistant | Recruiting Coordinator | de: Personalsachbearbeiter | de: HR-Assistenz | fr: Assistant RH | fr: Assistant ressources humaines | fr: Assistante ressources humaines | es: Técnico de recursos humanos | es: Auxiliar de recursos humanos
            HR Generalist | HR Specialist | Human Resources Generalist | HR Officer | HR Advisor | HR Executive | Payroll Specialist | Recruitment Consultant | de: Personalreferent | de: Personalreferentin | de: Lohnbuchhalter | de: Recruiter Personal | fr: Chargé de ressources humaines | fr: Chargé de recrutement | fr: Gestionnaire de paie | es: Generalista de recursos humanos | es: Técnico de selección
            HR Business Partner | HR Manager | Human Resources Manager | People Manager HR | People Partner | de: Personalleiter | de: Personalleiterin | fr: Responsable ressources humaines | fr: Responsable RH | es: Responsable de recursos humanos
            HR Director | Head of HR | Head of People | fr: Directeur des ressources humaines | fr: DRH | es: Director de recursos humanos
        """,
        skills="Employee Relations | Recruiting | Onboarding | Payroll | HR Administration | Labor Law | "
        "Performance Management | HRIS | Workday | Talent Management | Compensation and Benefits | "
        "Training and Development | SAP HCM | Organizational Development | Interviewing",
        certificates="SHRM Certified Professional | CIPD Level 5 | PHR",
        degrees=_COMMERCE,
        fields="Human Resources | Psychology | Business Administration",
        works=_WORKS,
    ),
    trade(
        "Administrative",
        at=("Business Consulting and Services", "Group | Holding | Partners", "business services"),
        titles="Receptionist | Office Administrator | Executive Assistant | Office Manager",
        called="""
            Receptionist | Front Desk Assistant | Office Assistant | de: Empfangsmitarbeiter | de: Rezeptionist Büro | fr: Agent d'accueil | fr: Hôtesse d'accueil | es: Recepcionista de oficina
            Office Administrator | Administrative Assistant | Secretary | Clerk | Data Entry Clerk | Team Assistant | de: Bürokaufmann | de: Bürokauffrau | de: Kaufmännischer Mitarbeiter | de: Sachbearbeiter | de: Teamassistenz | fr: Assistant administratif | fr: Assistante administrative | fr: Secrétaire | es: Administrativo | es: Auxiliar administrativo | es: Secretaria
            Executive Assistant | Personal Assistant | Assistant to the CEO | de: Assistenz der Geschäftsführung | de: Chefsekretärin | fr: Assistant de direction | fr: Assistante de direction | es: Asistente de dirección
            Office Manager | de: Büroleiter | fr: Responsable administratif | es: Responsable de oficina
        """,
        skills="Office Administration | Calendar Management | Travel Arrangements | Microsoft Office | "
        "Correspondence | Data Entry | Event Coordination | Invoice Processing | Filing | Minute Taking | "
        "Expense Reports | Excel | Switchboard",
        certificates="Microsoft Office Specialist | Certified Administrative Professional",
        degrees=_VOCATIONAL,
        fields="Office Management | Business Administration",
        works=_WORKS,
    ),
    trade(
        "Business Development",
        at=_ESTATES,
        titles="Lettings Negotiator | Real Estate Agent | Property Manager | Head of Property",
        called="""
            Real Estate Agent | Estate Agent | Realtor | Property Consultant | Leasing Consultant | de: Immobilienmakler | de: Immobilienkaufmann | fr: Agent immobilier | fr: Conseiller immobilier | fr: Négociateur immobilier | es: Agente inmobiliario | es: Asesor inmobiliario
            Property Manager | Facility Manager | Facilities Manager | Building Manager | de: Hausverwalter | de: Immobilienverwalter | de: Objektleiter | fr: Gestionnaire locatif | fr: Gestionnaire de copropriété | es: Administrador de fincas
        """,
        skills="Property Sales | Property Management | Lettings | Negotiation | Property Valuation | "
        "Tenant Relations | Lease Management | Facility Management | Market Analysis | Contract Management | "
        "Viewings | Building Maintenance",
        certificates="Real Estate License | RICS Membership | Certified Property Manager",
        degrees=_COMMERCE,
        fields="Real Estate | Business Administration",
        works=_WORKS,
    ),
    trade(
        "Consulting",
        at=(
            "Business Consulting and Services",
            "Consulting | Advisers | Strategy",
            "strategy and change",
        ),
        titles="Business Analyst | Management Consultant | Project Manager | Program Director",
        called="""
            Business Analyst | Junior Consultant | de: Business-Analyst | fr: Analyste fonctionnel | es: Analista de negocio
            Management Consultant | Consultant | Strategy Consultant | Senior Consultant | de: Unternehmensberater | de: Berater | fr: Consultant en management | fr: Consultant | es: Consultor | es: Consultora
            Project Manager | Senior Project Manager | PMO Manager | Program Manager | Scrum Master | de: Projektleiter | de: Projektmanager | de: Projektmanagerin | fr: Chef de projet | fr: Cheffe de projet | es: Jefe de proyecto | es: Gestor de proyectos
        """,
        skills="Project Management | Stakeholder Management | Business Analysis | Change Management | "
        "Process Improvement | Requirements Analysis | MS Project | Workshop Facilitation | Risk Management | "
        "Strategic Planning | PowerPoint | Agile Project Management | PRINCE2 | Budgeting",
        certificates="PMP | PRINCE2 Practitioner | Lean Six Sigma Green Belt | Certified ScrumMaster",
        degrees=_FINANCE,
        fields="Business Administration | Economics | Industrial Engineering",
        works=_WORKS,
    ),
)

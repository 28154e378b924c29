"""Nursing, medicine, care and laboratories."""

from fj_mcp.sandbox.population.trades.trade import degrees, trade

_HOSPITAL = ("Hospitals and Health Care", "Hospital | Clinic | Medical Center", "acute care")
_CARE = ("Hospitals and Health Care", "Care Home | Care Group | Senior Living", "elderly care")
_LABORATORY = ("Hospitals and Health Care", "Laboratories | Diagnostics", "medical testing")
_PHARMA = ("Manufacturing", "Pharma | Biosciences", "medicines, from trial to patient")

_WORKS = (
    "looked after {count} patients a shift with {what}",
    "trained {count} new colleagues at {what}",
    "rewrote the handover of {what}, which cut errors by a third",
    "kept the records of {what} complete through two inspections",
    "worked in day, night and weekend shifts",
    "explained treatments to patients and their families",
    "brought waiting times at {what} down by {count} minutes",
    "took part in the quality circle of {what}",
    "ordered supplies and kept stock for {count} beds",
    "helped to plan and open a new unit of {what}",
)

_NURSING = degrees(
    "ASSOCIATES: Diploma in Nursing: 34 | BACHELORS: Bachelor of Science in Nursing: 54 | "
    "MASTERS: Master of Science in Nursing: 12"
)
_MEDICINE = degrees("MASTERS: Master of Medicine: 30 | DOCTORATE: Doctor of Medicine: 70")
_THERAPY = degrees(
    "ASSOCIATES: Vocational Diploma: 22 | BACHELORS: Bachelor of Science: 56 | "
    "MASTERS: Master of Science: 22"
)
_VOCATIONAL = degrees(
    "HIGH_SCHOOL: Secondary School Certificate: 35 | ASSOCIATES: Vocational Diploma: 50 | "
    "BACHELORS: Bachelor of Arts: 15"
)
_PHARMACY = degrees("BACHELORS: Bachelor of Pharmacy: 55 | MASTERS: Master of Pharmacy: 40 | "
                    "DOCTORATE: Doctor of Pharmacy: 5")  # fmt: skip
_SCIENCE = degrees("BACHELORS: Bachelor of Science: 45 | MASTERS: Master of Science: 40 | "
                   "DOCTORATE: Doctor of Philosophy - PhD: 15")  # fmt: skip

TRADES = (
    trade(
        "Healthcare Services",
        at=_HOSPITAL,
        titles="Registered Nurse | Registered Nurse | Charge Nurse | Nurse Manager",
        called="""
            Registered Nurse | Staff Nurse | RN | Nurse | Hospital Nurse | Ward Nurse | Med-Surg Nurse | de: Pflegefachkraft | de: Pflegefachmann | de: Pflegefachfrau | de: Gesundheits- und Krankenpfleger | de: Krankenschwester | de: Krankenpfleger | fr: Infirmier diplômé d'État | fr: Infirmière | fr: Infirmier | es: Enfermera | es: Enfermero
            Charge Nurse | Ward Sister | Nurse in Charge | de: Stationsleitung | fr: Infirmier coordinateur | es: Enfermera coordinadora
            Nurse Manager | Head Nurse | Director of Nursing | Matron | de: Pflegedienstleitung | de: PDL | fr: Cadre de santé | es: Supervisora de enfermería
        """,
        skills="Patient Care | Medication Administration | Wound Care | Vital Signs Monitoring | "
        "Patient Assessment | Care Planning | IV Therapy | Infection Control | "
        "Electronic Health Records | Medical-Surgical Nursing | Patient Education | Triage | "
        "Epic EHR | Discharge Planning | Phlebotomy | Palliative Care",
        certificates="Registered Nurse License | BLS | ACLS | NMC Registration | NCLEX-RN",
        degrees=_NURSING,
        fields="Nursing | Health Sciences | Nursing Management",
        works=_WORKS,
    ),
    trade(
        "Healthcare Services",
        at=_HOSPITAL,
        titles="Intensive Care Nurse | Critical Care Nurse | Senior Intensive Care Nurse | "
        "Intensive Care Unit Manager",
        called="""
            Intensive Care Nurse | ICU Nurse | ICU Registered Nurse | ITU Nurse | de: Fachkraft für Intensivpflege | de: Pflegefachkraft für die Intensivstation | de: Pflegefachkraft Intensivstation | de: Pflegefachkraft Intensivpflege | de: Pflegefachkraft für Intensivpflege | de: Intensivpflegekraft | de: Intensivpfleger | de: Intensivkrankenschwester | fr: Infirmier en réanimation | fr: Infirmière en réanimation | fr: Infirmier de réanimation | fr: Infirmier de bloc et de réanimation | es: Enfermera de UCI | es: Enfermería UCI | es: Enfermero de UCI
            Critical Care Nurse | Critical Care Registered Nurse
        """,
        skills="Intensive Care | Patient Care | Mechanical Ventilation | Hemodynamic Monitoring | "
        "Critical Care | Medication Administration | IV Therapy | Sepsis Management | "
        "Electronic Health Records | Triage | Infection Control | CRRT | Patient Assessment",
        certificates="CCRN | ACLS | BLS | Registered Nurse License | NMC Registration",
        degrees=_NURSING,
        fields="Nursing | Intensive Care Nursing | Health Sciences",
        works=_WORKS,
    ),
    trade(
        "Healthcare Services",
        at=_CARE,
        titles="Care Assistant | Care Assistant | Senior Carer | Care Home Manager",
        called="""
            Care Assistant | Healthcare Assistant | Carer | Caregiver | Home Health Aide | Nursing Assistant | CNA | Support Worker | de: Pflegehelfer | de: Altenpfleger | de: Altenpflegehelfer | de: Pflegeassistent | de: Betreuungskraft | fr: Aide-soignant | fr: Aide-soignante | fr: Auxiliaire de vie | es: Auxiliar de enfermería | es: Gerocultor | es: Cuidador
            Care Home Manager | de: Heimleitung | fr: Directeur d'EHPAD | es: Director de residencia
        """,
        skills="Personal Care | Elderly Care | Dementia Care | Moving and Handling | Care Planning | "
        "Medication Support | Safeguarding | Meal Preparation | Companionship | Palliative Care | "
        "Record Keeping | First Aid",
        certificates="NVQ Level 3 Health and Social Care | Certified Nursing Assistant | First Aid at Work | Care Certificate",
        degrees=_VOCATIONAL,
        fields="Health and Social Care | Elderly Care",
        works=_WORKS,
    ),
    trade(
        "Healthcare Services",
        at=_HOSPITAL,
        titles="Resident Physician | Physician | Consultant Physician | Medical Director",
        called="""
            Resident Physician | Junior Doctor | Medical Resident | Resident Doctor | de: Assistenzarzt | de: Assistenzärztin | fr: Interne en médecine | es: Médico residente
            Physician | Medical Doctor | Doctor | General Practitioner | GP | Internist | Hospitalist | de: Facharzt | de: Fachärztin | de: Arzt | de: Ärztin | fr: Médecin généraliste | fr: Médecin | es: Médico de familia | es: Médico | es: Médica
            Consultant Physician | Attending Physician | de: Oberarzt | de: Oberärztin | fr: Praticien hospitalier | es: Médico adjunto
            Medical Director | Chief Medical Officer | de: Chefarzt | fr: Médecin chef | es: Director médico
        """,
        skills="Internal Medicine | Clinical Diagnosis | Emergency Medicine | Patient Care | General Practice | "
        "Cardiology | Treatment Planning | Electronic Health Records | Ultrasound | Clinical Research | "
        "Pediatrics | Geriatrics | Medical Documentation | Anesthesiology",
        certificates="Board Certification in Internal Medicine | Medical License | GMC Registration | ACLS | Approbation",
        degrees=_MEDICINE,
        fields="Medicine | Internal Medicine | Surgery",
        works=_WORKS,
    ),
    trade(
        "Healthcare Services",
        at=(
            "Hospitals and Health Care",
            "Therapy Center | Rehabilitation | Physio",
            "rehabilitation",
        ),
        titles="Physiotherapist | Physiotherapist | Senior Physiotherapist | Head of Therapy",
        called="""
            Physiotherapist | Physical Therapist | Physio | de: Physiotherapeut | de: Physiotherapeutin | de: Krankengymnast | fr: Masseur-kinésithérapeute | fr: Kinésithérapeute | es: Fisioterapeuta
            Head of Therapy | de: Therapieleitung
        """,
        skills="Physiotherapy | Manual Therapy | Rehabilitation | Exercise Therapy | Orthopedics | "
        "Sports Injuries | Neurological Rehabilitation | Lymphatic Drainage | Patient Assessment | "
        "Treatment Planning | Pain Management | Electronic Health Records",
        certificates="State License in Physical Therapy | Manual Therapy Certificate | HCPC Registration | Manual Lymphatic Drainage",
        degrees=_THERAPY,
        fields="Physiotherapy | Sports Science",
        works=_WORKS,
    ),
    trade(
        "Healthcare Services",
        at=("Retail", "Pharmacy | Chemists | Apothecary", "pharmacies"),
        titles="Pharmacy Technician | Pharmacist | Senior Pharmacist | Pharmacy Manager",
        called="""
            Pharmacy Technician | Pharmacy Assistant | Dispenser | de: Pharmazeutisch-technischer Assistent | de: PTA | fr: Préparateur en pharmacie | es: Técnico en farmacia
            Pharmacist | Hospital Pharmacist | Community Pharmacist | de: Apotheker | de: Apothekerin | fr: Pharmacien | fr: Pharmacienne | es: Farmacéutico | es: Farmacéutica
            Pharmacy Manager | de: Filialleiter Apotheke | fr: Pharmacien titulaire | es: Titular de farmacia
        """,
        skills="Dispensing | Pharmacology | Medication Review | Patient Counseling | Clinical Pharmacy | "
        "Inventory Management | Drug Safety | Compounding | Vaccination | Regulatory Compliance | "
        "Hospital Pharmacy | Prescription Processing",
        certificates="Pharmacist License | GPhC Registration | Certified Pharmacy Technician | Immunization Certificate",
        degrees=_PHARMACY,
        fields="Pharmacy | Pharmaceutical Sciences",
        works=_WORKS,
    ),
    trade(
        "Healthcare Services",
        at=("Hospitals and Health Care", "Dental | Dental Practice | Dental Care", "dentistry"),
        titles="Dental Assistant | Dental Hygienist | Dentist | Dental Practice Manager",
        called="""
            Dental Assistant | Dental Nurse | de: Zahnmedizinische Fachangestellte | de: ZFA | fr: Assistant dentaire | es: Auxiliar dental
            Dental Hygienist | de: Dentalhygieniker | fr: Hygiéniste dentaire | es: Higienista dental
            Dentist | Dental Surgeon | de: Zahnarzt | de: Zahnärztin | fr: Chirurgien-dentiste | fr: Dentiste | es: Odontólogo | es: Odontóloga | es: Dentista
        """,
        skills="Dentistry | Dental Hygiene | Restorative Dentistry | Endodontics | Orthodontics | "
        "Dental Radiography | Oral Surgery | Chairside Assistance | Prosthodontics | Implantology | "
        "Sterilization | Patient Care",
        certificates="Dental License | GDC Registration | Dental Radiography Certificate",
        degrees=degrees(
            "ASSOCIATES: Vocational Diploma: 35 | BACHELORS: Bachelor of Dental Surgery: 40 | "
            "DOCTORATE: Doctor of Dental Medicine: 25"
        ),
        fields="Dentistry | Dental Hygiene",
        works=_WORKS,
    ),
    trade(
        "Healthcare Services",
        at=_LABORATORY,
        titles="Medical Laboratory Technician | Medical Laboratory Scientist | "
        "Senior Laboratory Scientist | Laboratory Manager",
        called="""
            Medical Laboratory Technician | Lab Technician | Laboratory Technician | Biomedical Technician | de: Medizinisch-technischer Laboratoriumsassistent | de: MTLA | de: Laborant | de: MTL | fr: Technicien de laboratoire | es: Técnico de laboratorio
            Medical Laboratory Scientist | Biomedical Scientist | Clinical Laboratory Scientist | fr: Biologiste médical | es: Biólogo clínico
            Laboratory Manager | Lab Manager | de: Laborleiter | fr: Responsable de laboratoire | es: Jefe de laboratorio
        """,
        skills="Laboratory Techniques | Hematology | Clinical Chemistry | Microbiology | PCR | "
        "Histology | Quality Control | Immunology | Laboratory Information Systems | ISO 15189 | "
        "Molecular Biology | Sample Preparation",
        certificates="Medical Laboratory Scientist (ASCP) | HCPC Registration | Good Laboratory Practice",
        degrees=_THERAPY,
        fields="Medical Laboratory Science | Biology | Biochemistry",
        works=_WORKS,
    ),
    trade(
        "Research",
        at=_PHARMA,
        titles="Clinical Trial Assistant | Clinical Research Associate | "
        "Senior Clinical Research Associate | Clinical Operations Manager",
        called="""
            Clinical Trial Assistant | Clinical Research Coordinator | Study Coordinator | Study Nurse | de: Studienkoordinator | fr: Technicien d'études cliniques | es: Coordinador de ensayos clínicos
            Clinical Research Associate | CRA | Clinical Monitor | de: Klinischer Monitor | fr: Attaché de recherche clinique | es: Monitor de ensayos clínicos
            Clinical Operations Manager | Clinical Project Manager | Clinical Trial Manager
        """,
        skills="Clinical Trials | GCP | Clinical Monitoring | Clinical Research | Regulatory Submissions | "
        "EDC | Pharmacovigilance | Site Management | Protocol Development | Informed Consent | "
        "Medical Writing | Clinical Data Management | CTMS",
        certificates="ICH-GCP Certificate | Certified Clinical Research Associate | RAC",
        degrees=_SCIENCE,
        fields="Life Sciences | Biology | Pharmacy",
        works=_WORKS,
    ),
    trade(
        "Research",
        at=_PHARMA,
        titles="Research Assistant | Research Scientist | Senior Scientist | Head of Research",
        called="""
            Research Assistant | Research Associate | de: Wissenschaftlicher Mitarbeiter | fr: Assistant de recherche | es: Asistente de investigación
            Research Scientist | Scientist | Biologist | Biochemist | Molecular Biologist | de: Wissenschaftler | de: Biologe | fr: Chercheur | es: Investigador | es: Científico
        """,
        skills="Cell Culture | Molecular Biology | PCR | Assay Development | Protein Purification | "
        "Flow Cytometry | HPLC | Scientific Writing | Biochemistry | Genomics | CRISPR | "
        "Experimental Design | ELISA | Bioinformatics",
        certificates="Good Laboratory Practice | GMP Certificate",
        degrees=_SCIENCE,
        fields="Biology | Biochemistry | Biotechnology | Chemistry",
        works=_WORKS,
    ),
    trade(
        "Healthcare Services",
        at=(
            "Hospitals and Health Care",
            "Counseling | Mental Health | Psychology",
            "mental health",
        ),
        titles="Counselor | Psychologist | Senior Psychologist | Head of Psychology",
        called="""
            Counselor | Counsellor | Mental Health Counselor | de: Berater Psychosoziales | fr: Conseiller psychosocial | es: Consejero
            Psychologist | Clinical Psychologist | Psychotherapist | de: Psychologe | de: Psychologin | de: Psychotherapeut | fr: Psychologue | es: Psicólogo | es: Psicóloga
        """,
        skills="Psychotherapy | Cognitive Behavioral Therapy | Clinical Psychology | Counseling | "
        "Crisis Intervention | Psychological Assessment | Group Therapy | Addiction Counseling | "
        "Trauma Therapy | Child Psychology | Case Management",
        certificates="Licensed Psychologist | HCPC Registration | CBT Certificate",
        degrees=degrees(
            "BACHELORS: Bachelor of Arts in Psychology: 20 | MASTERS: Master of Science in Psychology: 60 | "
            "DOCTORATE: Doctor of Psychology: 20"
        ),
        fields="Psychology | Clinical Psychology",
        works=_WORKS,
    ),
)

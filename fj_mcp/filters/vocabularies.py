"""The vocabularies of filters in the API's spelling, and the words that people use for them.

Words are compared without case and punctuation, so "series-a" and "51 to 200" need no entry. Only
words with one meaning are entries of `values`; the others are refused with what they may mean.
"""

from fj_mcp.filters.spoken_words import Spoken


def _same(*words: str) -> dict[str, str]:
    return {word: word for word in words}


# Word lists are easier to read filled than with one word per line.
# fmt: off
FUNCTIONS = _same(
    "Accounting", "Administrative", "Arts and Design", "Business Development",
    "Community and Social Services", "Consulting", "Education", "Engineering", "Entrepreneurship",
    "Finance", "Healthcare Services", "Human Resources", "Information Technology", "Legal",
    "Marketing", "Media and Communication", "Military and Protective Services", "Operations",
    "Product Management", "Program and Project Management", "Purchasing", "Quality Assurance",
    "Real Estate", "Research", "Sales", "Customer Success and Support",
)
SENIORITY = _same(
    "In Training", "Entry Level", "Senior", "Strategic", "Entry Level Manager",
    "Experienced Manager", "Director", "Vice President", "CXO", "Owner / Partner",
)
INDUSTRIES = _same(
    "Software Development", "Technology, Information and Internet",
    "Technology, Information and Media", "IT Services and IT Consulting", "Financial Services",
    "Capital Markets", "Business Consulting and Services", "Professional Services",
    "Manufacturing", "Hospitals and Health Care", "Retail", "Education", "Real Estate",
    "Advertising Services", "Marketing Services", "Media and Telecommunications",
    "Government Administration", "Non-profit Organizations", "Construction",
    "Transportation, Logistics, Supply Chain and Storage", "Legal Services", "Accounting",
    "Architecture and Planning", "Design Services", "Consumer Services",
)
YEARS_AT_COMPANY = _same(
    "Less than 1 year", "1 to 2 years", "3 to 5 years", "6 to 10 years", "More than 10 years",
)
EMPLOYMENT_TYPES = _same(
    "Full-time", "Part-time", "Permanent", "Contract", "Internship", "Freelance",
)
OPEN_TO_CARDS = {
    "CAREER_INTEREST": "Open to work", "HIRING_MANAGER": "Hiring", "VOLUNTEERING": "Volunteering",
}
DEGREES = {
    "HIGH_SCHOOL": "High School or Above", "ASSOCIATES": "Associate's or Above",
    "BACHELORS": "Bachelor's or Above", "MASTERS": "Master's or Above",
    "DOCTORATE": "Doctorate or Above", "POST_DOCTORATE": "Post-Doctorate",
}
COMPANY_TYPES = _same(
    "Public Company", "Privately Held", "Non Profit", "Educational Institution", "Partnership",
    "Self Employed", "Self Owned", "Government Agency",
)
HEADCOUNT_RANGES = _same(
    "1-10", "11-50", "51-200", "201-500", "501-1000", "1001-5000", "5001-10000", "10,001+",
)
FUNDING_STAGES = {
    "seed": "Seed", "series_a": "Series A", "series_b": "Series B", "series_c": "Series C",
    "series_d": "Series D", "series_e": "Series E", "series_f_plus": "Series F+", "ipo": "IPO",
}
ANNUAL_REVENUE = {
    "under_1": "Under $1M", "1_10": "$1M – $10M", "10_100": "$10M – $100M",
    "100_1000": "$100M – $1B", "over_1000": "Over $1B",
}
TOTAL_FUNDING = {
    "under_1": "Under $1M", "1_10": "$1M – $10M", "10_50": "$10M – $50M",
    "50_500": "$50M – $500M", "over_500": "Over $500M",
}
RECENTLY_FUNDED = {
    "3m": "Last 3 months", "6m": "Last 6 months", "12m": "Last 12 months", "24m": "Last 24 months",
}

FUNCTIONS_SPOKEN = Spoken(
    values={
        "Accounting": ("Accountancy",),
        "Administrative": ("Admin", "Administration"),
        "Arts and Design": ("Design", "Arts"),
        "Business Development": ("BD", "BizDev"),
        "Community and Social Services": ("Social Services",),
        "Engineering": ("Software Engineering",),
        "Healthcare Services": ("Healthcare", "Health Care"),
        "Human Resources": ("HR", "Recruiting", "Recruitment", "Talent Acquisition"),
        "Information Technology": ("IT",),
        "Media and Communication": ("Communications", "Media", "PR", "Public Relations"),
        "Military and Protective Services": ("Military",),
        "Operations": ("Ops",),
        "Product Management": ("Product",),
        "Program and Project Management": ("Project Management", "Program Management"),
        "Purchasing": ("Procurement",),
        "Quality Assurance": ("QA",),
        "Customer Success and Support": (
            "Customer Success", "Customer Support", "Customer Service",
        ),
    },
    unsure={
        "PM": ("Product Management", "Program and Project Management"),
        "R&D": ("Research", "Engineering"),
        "Support": ("Customer Success and Support", "Information Technology"),
        "Tech": ("Engineering", "Information Technology"),
        "Technology": ("Engineering", "Information Technology"),
    },
    fillers=("department", "team", "function"),
)
SENIORITY_SPOKEN = Spoken(
    values={
        "In Training": ("Intern", "Internship", "Trainee", "Apprentice"),
        "Entry Level": ("Junior",),
        "Experienced Manager": ("Senior Manager",),
        "Vice President": ("VP", "SVP", "EVP", "Senior Vice President"),
        "CXO": ("C-level", "C-suite", "CEO", "CTO", "CFO", "COO", "Chief Executive Officer"),
        "Owner / Partner": ("Owner", "Partner"),
    },
    unsure={
        "Associate": ("Entry Level", "Senior"),
        "Graduate": ("In Training", "Entry Level"),
        "Mid": ("Entry Level", "Senior"),
        "Intermediate": ("Entry Level", "Senior"),
        "Mid-Senior": ("Senior", "Experienced Manager"),
        "Lead": ("Senior", "Entry Level Manager"),
        "Team Lead": ("Senior", "Entry Level Manager"),
        "Staff": ("Senior", "Strategic"),
        "Principal": ("Senior", "Strategic"),
        "Manager": ("Entry Level Manager", "Experienced Manager"),
        "Head": ("Director", "Vice President"),
        "Executive": ("Vice President", "CXO"),
        "Founder": ("CXO", "Owner / Partner"),
    },
    fillers=("level",),
)
YEARS_AT_COMPANY_SPOKEN = Spoken(
    values={
        "Less than 1 year": ("<1 year", "under 1 year", "less than a year", "0 to 1 year"),
        "More than 10 years": ("10+ years", ">10 years", "over 10 years"),
    },
    fillers=("years", "year", "yrs"),
)
EMPLOYMENT_TYPES_SPOKEN = Spoken(
    values={
        "Full-time": ("Fulltime",),
        "Part-time": ("Parttime",),
        "Contract": ("Contractor",),
        "Internship": ("Intern",),
        "Freelance": ("Freelancer", "Freelancing"),
    },
)
DEGREES_SPOKEN = Spoken(
    values={
        "HIGH_SCHOOL": ("High school", "High school diploma", "Secondary school"),
        "ASSOCIATES": ("Associate's", "Associate"),
        "BACHELORS": ("Bachelor's", "Bachelor", "Bachelor of Science", "Bachelor of Arts",
                      "Bachelor of Engineering", "Bachelor of Technology",
                      "B.Sc.", "B.S.", "B.A.", "B.E.", "B.Eng.", "B.Tech", "BE/B.Tech", "B.Com",
                      "BBA", "BCA"),
        "MASTERS": ("Master's", "Master", "Master of Science", "Master of Arts",
                    "Master of Engineering", "Master of Technology",
                    "Master of Business Administration", "M.Sc.", "M.S.", "M.A.", "M.E.", "M.Eng.",
                    "M.Tech", "ME/M.Tech", "M.Com", "MBA", "MCA"),
        "DOCTORATE": ("PhD", "Doctoral", "Doctor of Philosophy", "DPhil"),
        "POST_DOCTORATE": ("Postdoc", "Post-doc", "Postdoctoral", "Post-doctoral"),
    },
    unsure={
        "Diploma": ("HIGH_SCHOOL", "ASSOCIATES"),
        "Graduate": ("BACHELORS", "MASTERS"),
        "Postgraduate": ("MASTERS", "DOCTORATE"),
        "Post graduate": ("MASTERS", "DOCTORATE"),
    },
    fillers=("or above", "or higher", "or equivalent", "degree", "degrees"),
)
COMPANY_TYPES_SPOKEN = Spoken(
    values={
        "Public Company": ("Publicly traded", "Publicly listed"),
        "Privately Held": ("Private company", "Private", "Privately owned"),
        "Non Profit": ("Nonprofit", "Non-profit organization", "NGO"),
        "Educational Institution": ("School", "University"),
        "Government Agency": ("Government", "Public sector"),
    },
)
HEADCOUNT_RANGES_SPOKEN = Spoken(
    values={"10,001+": ("10,000+", "more than 10,000", "over 10,000")},
    fillers=("employees", "people"),
)
FUNDING_STAGES_SPOKEN = Spoken(
    values={
        "series_f_plus": ("Series F", "Series G", "Series H"),
        "ipo": ("Publicly traded", "Publicly listed"),
    },
    unsure={"Pre-seed": ("seed",), "Preseed": ("seed",), "Angel": ("seed",)},
    fillers=("round", "stage", "funding"),
)
RECENTLY_FUNDED_SPOKEN = Spoken(
    values={
        "3m": ("3 months",),
        "6m": ("6 months",),
        "12m": ("12 months", "Last year", "1 year"),
        "24m": ("24 months", "Last 2 years", "2 years"),
    },
)
# fmt: on

"""The vocabularies of filters, in the API's spelling."""


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
# fmt: on

"""Vocabulary of the fictional careers, by family of jobs."""

from dataclasses import dataclass

# Word lists are easier to read filled than with one word per line.
# fmt: off


@dataclass(frozen=True, slots=True)
class Family:
    """Jobs that share skills.

    Attributes:
        weight: its share of the population, relative to the other families.
        titles: in the order of a career, the most junior first.
        function: the API's function category.
        skills: the most common first.
    """

    weight: int
    titles: tuple[str, ...]
    function: str
    skills: tuple[str, ...]
    fields: tuple[str, ...]
    certificates: tuple[str, ...]


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_COMPUTING = ("Computer Science", "Information Technology", "Computer Engineering",
              "Electronics and Communication")
_COMMERCE = ("Business Administration", "Commerce", "Economics")
_AGILE = ("Agile Methodologies", "Git", "Problem Solving", "Communication")

FAMILIES: tuple[Family, ...] = (
    Family(16, ("Software Developer", "Senior Software Developer", "Technical Lead",
                "Solution Architect", "Engineering Manager"), "Engineering",
           ("C#", ".NET", "ASP.NET Core", "SQL Server", "React", "Entity Framework", "Azure",
            "JavaScript", "TypeScript", "Angular", "REST APIs", "LINQ", "Microservices",
            "Docker", "RabbitMQ", *_AGILE),
           _COMPUTING, ("Azure Developer Associate", "Azure Fundamentals")),
    Family(12, ("Java Developer", "Software Engineer", "Senior Software Engineer",
                "Staff Software Engineer", "Engineering Manager"), "Engineering",
           ("Java", "Spring Boot", "Hibernate", "Microservices", "SQL", "Kafka", "AWS", "Docker",
            "Kubernetes", "REST APIs", "PostgreSQL", "Redis", "Maven", "JUnit", *_AGILE),
           _COMPUTING, ("Java SE Programmer", "AWS Solutions Architect Associate")),
    Family(10, ("Python Developer", "Backend Developer", "Senior Backend Engineer",
                "Principal Engineer", "Head of Engineering"), "Engineering",
           ("Python", "Django", "FastAPI", "Flask", "PostgreSQL", "Redis", "AWS", "Docker",
            "Celery", "REST APIs", "GraphQL", "Linux", "Kubernetes", "Go", *_AGILE),
           _COMPUTING, ("AWS Developer Associate", "Certified Python Professional")),
    Family(11, ("Frontend Developer", "React Developer", "Senior Frontend Engineer",
                "UI Architect", "Frontend Engineering Manager"), "Engineering",
           ("React", "JavaScript", "TypeScript", "HTML", "CSS", "Next.js", "Redux", "Node.js",
            "Vue.js", "Tailwind CSS", "Webpack", "Jest", "GraphQL", "Accessibility", *_AGILE),
           _COMPUTING, ("Front-End Developer Certificate", "Web Accessibility Specialist")),
    Family(8, ("Full Stack Developer", "Senior Full Stack Developer", "Lead Full Stack Engineer",
               "Software Architect", "Chief Technology Officer"), "Engineering",
           ("Node.js", "React", "MongoDB", "Express.js", "TypeScript", "JavaScript", "AWS",
            "PostgreSQL", "Docker", "GraphQL", "Next.js", "REST APIs", *_AGILE),
           _COMPUTING, ("MongoDB Associate Developer", "AWS Developer Associate")),
    Family(8, ("Data Analyst", "Data Engineer", "Senior Data Engineer", "Lead Data Engineer",
               "Director of Data"), "Information Technology",
           ("SQL", "Python", "Apache Spark", "Airflow", "Snowflake", "dbt", "Power BI", "Tableau",
            "Kafka", "AWS", "Databricks", "ETL", "Data Modeling", "Excel", *_AGILE),
           ("Computer Science", "Statistics", "Mathematics", "Data Science"),
           ("Databricks Data Engineer Associate", "SnowPro Core")),
    Family(6, ("Machine Learning Engineer", "Data Scientist", "Senior Data Scientist",
               "Lead Machine Learning Engineer", "Head of AI"), "Research",
           ("Python", "Machine Learning", "PyTorch", "TensorFlow", "Deep Learning", "NLP", "SQL",
            "scikit-learn", "Computer Vision", "Large Language Models", "MLOps", "R", *_AGILE),
           ("Data Science", "Statistics", "Computer Science", "Mathematics"),
           ("TensorFlow Developer Certificate", "Machine Learning Specialty")),
    Family(7, ("Cloud Engineer", "DevOps Engineer", "Senior DevOps Engineer",
               "Site Reliability Engineer", "Head of Platform"), "Information Technology",
           ("AWS", "Kubernetes", "Docker", "Terraform", "Linux", "Jenkins", "CI/CD", "Ansible",
            "Prometheus", "Azure", "Python", "Bash", "Grafana", "Helm", *_AGILE),
           _COMPUTING, ("Certified Kubernetes Administrator", "Terraform Associate")),
    Family(5, ("QA Engineer", "Test Automation Engineer", "Senior QA Engineer", "QA Lead",
               "QA Manager"), "Quality Assurance",
           ("Selenium", "Manual Testing", "Java", "API Testing", "Cypress", "Postman", "JIRA",
            "TestNG", "Performance Testing", "Python", "SQL", *_AGILE),
           _COMPUTING, ("ISTQB Foundation Level", "ISTQB Advanced Level")),
    Family(4, ("Android Developer", "Mobile Developer", "Senior Mobile Developer",
               "Mobile Lead", "Mobile Engineering Manager"), "Engineering",
           ("Kotlin", "Android", "Swift", "iOS", "Flutter", "React Native", "Java", "Firebase",
            "REST APIs", "Jetpack Compose", "SwiftUI", *_AGILE),
           _COMPUTING, ("Associate Android Developer",)),
    Family(4, ("Associate Product Manager", "Product Manager", "Senior Product Manager",
               "Director of Product", "Chief Product Officer"), "Product Management",
           ("Product Management", "Roadmapping", "User Research", "Agile Methodologies", "SQL",
            "A/B Testing", "Stakeholder Management", "JIRA", "Product Strategy", "Analytics"),
           (*_COMMERCE, "Computer Science"), ("Certified Scrum Product Owner",)),
    Family(3, ("UI Designer", "UX Designer", "Senior Product Designer", "Design Lead",
               "Head of Design"), "Arts and Design",
           ("Figma", "User Research", "Wireframing", "Prototyping", "Design Systems",
            "Adobe XD", "Accessibility", "Usability Testing", "Illustrator", "HTML", "CSS"),
           ("Interaction Design", "Visual Communication", "Architecture"),
           ("UX Design Certificate",)),
    Family(4, ("Recruiter", "Talent Acquisition Specialist", "Senior Recruiter",
               "Talent Acquisition Manager", "Director of Human Resources"), "Human Resources",
           ("Recruiting", "Sourcing", "Interviewing", "Onboarding", "HRIS", "Employee Relations",
            "Boolean Search", "Stakeholder Management", "Excel", "Communication"),
           ("Human Resources", "Psychology", *_COMMERCE), ("SHRM Certified Professional",)),
    Family(5, ("Sales Development Representative", "Account Executive", "Senior Account Executive",
               "Sales Manager", "Vice President of Sales"), "Sales",
           ("B2B Sales", "Salesforce", "Lead Generation", "Negotiation", "CRM", "SaaS Sales",
            "Account Management", "Cold Calling", "Forecasting", "Communication"),
           _COMMERCE, ("Salesforce Administrator",)),
    Family(4, ("Marketing Executive", "Digital Marketing Specialist", "Marketing Manager",
               "Growth Marketing Lead", "Chief Marketing Officer"), "Marketing",
           ("SEO", "Google Analytics", "Content Marketing", "Google Ads", "Email Marketing",
            "Social Media Marketing", "HubSpot", "Copywriting", "Brand Management", "Excel"),
           (*_COMMERCE, "Mass Communication"), ("Google Ads Certification",)),
    Family(4, ("Accountant", "Financial Analyst", "Senior Financial Analyst", "Finance Manager",
               "Chief Financial Officer"), "Finance",
           ("Financial Modeling", "Excel", "Financial Reporting", "SAP", "Budgeting", "Taxation",
            "Auditing", "Power BI", "Forecasting", "Tally", "IFRS"),
           ("Finance", "Accounting", *_COMMERCE), ("Chartered Accountant", "CFA Level II")),
    Family(3, ("Security Analyst", "Security Engineer", "Senior Security Engineer",
               "Security Architect", "Chief Information Security Officer"),
           "Information Technology",
           ("Information Security", "SIEM", "Penetration Testing", "Network Security", "Linux",
            "Python", "ISO 27001", "Cloud Security", "AWS", "Incident Response", *_AGILE),
           _COMPUTING, ("CISSP", "Certified Ethical Hacker")),
    Family(3, ("Embedded Engineer", "Firmware Engineer", "Senior Embedded Engineer",
               "Hardware Architect", "Director of Hardware"), "Engineering",
           ("C", "C++", "Embedded Systems", "RTOS", "ARM", "PCB Design", "MATLAB", "CAN Bus",
            "Linux", "IoT", "Verilog", *_AGILE),
           ("Electronics and Communication", "Electrical Engineering", "Mechatronics"),
           ("Certified Embedded Systems Engineer",)),
)

FIRST_NAMES = _words(
    "Aarav Aditi Akash Amit Ananya Anika Arjun Asha Bhavna Chetan Deepa Dev Diya Esha Farhan Gauri "
    "Harish Isha Ishaan Jaya Karan Kavya Kiran Lakshmi Manish Meera Mohit Nandini Neha Nikhil "
    "Omkar Pooja Pranav Priya Rahul Rajesh Ravi Riya Rohan Sakshi Sameer Sanjay Shreya Sneha "
    "Sunita Suresh Tanvi Tejas Usha Varun Vikram Yash Zoya Alice Ben Clara Daniel Elena Felix "
    "Grace Hannah Igor Julia Kofi Laura Marek Nora Oscar Paula Quinn Rosa Samuel Tomas Vera Wei"
)
LAST_NAMES = _words(
    "Agarwal Bhat Bose Chavan Chopra Das Deshmukh Deshpande Dixit Gaikwad Ghosh Gokhale Gupta Iyer "
    "Jadhav Jain Joshi Kale Kapoor Khan Kulkarni Kumar Mehta Menon Mishra More Naik Nair Pandey "
    "Patel Patil Pawar Pillai Rao Reddy Saxena Sen Shah Sharma Shetty Shinde Singh Sinha Thakur "
    "Varma Yadav Adler Brennan Castillo Dahl Eriksen Fischer Garnier Hughes Ivanov Jansen Kowalski "
    "Lindgren Moreau Novak Okafor Pereira Quigley Rossi Schmidt Taylor Ueda Visser Walsh Zhang"
)
COMPANY_FIRST = _words(
    "Amber Banyan Cobalt Drift Ember Fennel Glimmer Hollow Indigo Juniper Kestrel Lantern Marigold "
    "Nimbus Orchard Pebble Quill Russet Saffron Tamarind Umber Velvet Willow Yarrow Zephyr"
)
COMPANY_SECOND = _words(
    "Anvil Beacon Compass Dovetail Fjord Gantry Harbour Keystone Loom Meadow Orbit Parapet Quarry "
    "Ridge Sextant Trellis"
)
SCHOOLS = tuple(
    f"{name} {kind}"
    for name in ("Amberfield", "Banyan Hill", "Chandrika", "Devgiri Sands", "Elmreach",
                 "Falgu Shore", "Glasswater", "Hansa Vale", "Indigo Bay", "Jalaja")
    for kind in ("Institute of Technology", "University", "College of Science and Commerce")
)
LANGUAGES = ("English", "Hindi", "Marathi", "Kannada", "Tamil", "Telugu", "Bengali", "Gujarati",
             "German", "French", "Spanish", "Dutch", "Japanese")
HONORS = ("Employee of the Year", "Hackathon Winner", "Dean's List", "Best Paper Award",
          "Star Performer", "Academic Excellence Scholarship")
WORKS = (
    "built and ran the services behind {what}", "cut the time of a release from weeks to a day",
    "led a group of {count} people through a rewrite without a lost order",
    "moved {what} to a new platform, and wrote down how", "brought {count} customers aboard",
    "measured first, and made the slowest page of {what} {count} times faster",
    "mentored {count} newcomers and reviewed their work every week",
    "worked with sales, support and design on what to do next",
    "kept the budget of {what} and reported on it every quarter",
    "wrote the tests and the runbooks that {what} now rests on",
)

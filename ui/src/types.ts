// Generated from the result models by `uv run python scripts/page_types.py`.
// A field without a value is omitted, never null.

export interface CandidateList {
  sandbox?: boolean;
  next_step?: string;
  session_id?: string;
  status: "running" | "done" | "failed";
  api_status?: string;
  warning?: string;
  total: number;
  page: number;
  pages: number;
  has_more: boolean;
  score_scale?: string;
  candidates: Card[];
  left_out?: Record<string, number>;
  suggestions?: Suggestion[];
}

export interface Card {
  candidate_id: string;
  session_id?: string;
  name?: string;
  headline?: string;
  title?: string;
  company?: string;
  region?: string;
  years_of_experience?: number;
  score?: number;
  decision?: "shortlisted" | "maybe" | "rejected" | "undecided";
  outreach?: "contacted" | "replied" | "do_not_contact" | "none";
  note?: string;
  seen_before?: Seen;
  new?: boolean;
  outside?: string[];
  skills?: string[];
  missing_skills?: string[];
  why?: string;
  linkedin_url?: string;
  emails?: string[];
  phones?: string[];
  highlights?: string[];
  education?: string[];
}

export interface Credits {
  charged?: number;
  estimated?: number;
  remaining?: number;
}

export interface Employment {
  title?: string;
  company?: string;
  start?: string;
  end?: string;
  employees?: string;
  industries?: string[];
  description?: string;
}

export interface ExportedProfiles {
  sandbox?: boolean;
  next_step?: string;
  session_id?: string;
  rows: number;
  columns: string[];
  path?: string;
  uri?: string;
  further?: string[];
  warning?: string;
}

export interface FullCandidate {
  sandbox?: boolean;
  next_step?: string;
  session_id: string;
  candidate_id: string;
  name?: string;
  headline?: string;
  region?: string;
  years_of_experience?: number;
  score?: number;
  score_scale?: string;
  decision?: string;
  outreach?: string;
  note?: string;
  seen_before?: Seen;
  rating?: string;
  why?: string;
  highlights?: string[];
  strengths?: string[];
  weaknesses?: string[];
  score_breakdown?: string[];
  summary?: string;
  current_jobs?: Employment[];
  past_jobs?: Employment[];
  education?: string[];
  skills?: string[];
  certifications?: string[];
  honors?: string[];
  languages?: string[];
  linkedin_url?: string;
  email?: string[];
  phone?: string[];
}

export interface MoreProfiles {
  sandbox?: boolean;
  next_step?: string;
  session_id?: string;
  status: "running" | "done" | "failed";
  api_status?: string;
  warning?: string;
  expected_profiles?: number;
  credits?: Credits;
  exhausted?: boolean;
}

export interface Prices {
  fetch_more?: number;
  reveal?: number;
  reveal_email?: number;
  reveal_phone?: number;
}

export interface PurchaseLine {
  operation: string;
  session_id?: string;
  credits?: number;
  outcome: "charged" | "not_charged" | "unknown" | "pending";
  when: string;
  who?: string;
}

export interface RevealedContact {
  candidate_id: string;
  name?: string;
  status: "found" | "not_found" | "pending" | "already_revealed" | "unknown";
  values?: string[];
}

export interface RevealedContacts {
  sandbox?: boolean;
  next_step?: string;
  results: RevealedContact[];
  credits?: Credits;
  warning?: string;
}

export interface Seen {
  session_id: string;
  title?: string;
  when: string;
  decision?: "shortlisted" | "maybe" | "rejected" | "undecided";
}

export interface SessionSpending {
  session_id?: string;
  title?: string;
  credits: number;
  estimated?: number;
  counts: Record<string, number>;
}

export interface ShownCandidates {
  sandbox?: boolean;
  next_step?: string;
  session_id?: string;
  status: "running" | "done" | "failed";
  api_status?: string;
  warning?: string;
  total: number;
  page: number;
  pages: number;
  has_more: boolean;
  score_scale?: string;
  candidates: Card[];
  left_out?: Record<string, number>;
  suggestions?: Suggestion[];
  title?: string;
  matched: number;
  min_score?: number;
  query?: string;
  candidate_ids?: string[];
  wanted_skills: string[];
  can_spend: boolean;
  prices: Prices;
  counts?: Record<string, number>;
}

export interface SpendingReport {
  sandbox?: boolean;
  next_step?: string;
  spent_today: number;
  estimated_today?: number;
  reserved?: number;
  budget?: number;
  yours?: Record<string, number>;
  remaining_credits?: number;
  remaining_as_of?: string;
  by_session: SessionSpending[];
  purchases: PurchaseLine[];
}

export interface Suggestion {
  filters?: Record<string, unknown>;
  remove_filters?: string[];
  reason: string;
}

export interface WaitedSession {
  sandbox?: boolean;
  next_step?: string;
  session_id?: string;
  status: "running" | "done" | "failed";
  api_status?: string;
  warning?: string;
  matched: number;
  total: number;
  waited_seconds: number;
  new_profiles?: number;
  score_scale?: string;
  top_candidates?: Card[];
  left_out?: Record<string, number>;
  suggestions?: Suggestion[];
}

/** What the server's tools answer, as far as the shortlist reads it. A missing value is left out. */

export interface Card {
  candidate_id: string;
  name?: string;
  headline?: string;
  title?: string;
  company?: string;
  region?: string;
  years_of_experience?: number;
  score?: number;
  skills?: string[];
  missing_skills?: string[];
  why?: string;
  linkedin_url?: string;
  email_revealed?: boolean;
  phone_revealed?: boolean;
}

export type Status = "running" | "done" | "failed";

export interface Page {
  session_id: string;
  status: Status;
  total: number;
  page: number;
  has_more: boolean;
  candidates: Card[];
  warning?: string;
}

export interface Shown extends Page {
  title?: string;
  matched: number;
  min_score?: number;
  wanted_skills?: string[];
  can_spend?: boolean;
  prices?: { fetch_more?: number; reveal?: number };
}

export interface Job {
  title?: string;
  company?: string;
  start?: string;
  end?: string;
  description?: string;
}

export interface FullCandidate {
  candidate_id: string;
  headline?: string;
  why?: string;
  highlights?: string[];
  strengths?: string[];
  weaknesses?: string[];
  summary?: string;
  current_jobs?: Job[];
  past_jobs?: Job[];
  education?: string[];
  skills?: string[];
  certifications?: string[];
  honors?: string[];
  email?: string[];
  phone?: string[];
}

export type Channel = "email" | "phone";

export type Outcome = "found" | "not_found" | "pending" | "already_revealed" | "unknown";

export interface Revealed {
  results: { candidate_id: string; status: Outcome; values?: string[] }[];
  credits?: Credits;
  warning?: string;
}

export interface Credits {
  charged?: number;
  remaining?: number;
}

export interface Waited {
  status: Status;
  matched: number;
  total: number;
}

export interface Fetched {
  status: Status;
  exhausted?: boolean;
  credits?: Credits;
  warning?: string;
}

export interface Exported {
  rows: number;
  path?: string;
  uri?: string;
  warning?: string;
}

"""The guards: which text keeps which race, and the test that has to notice when it is gone."""

from dataclasses import dataclass

TAKES_SEATS = "migrations/versions/0073_seats_taken_in_one_call.py"
RACES = "tests/governance/test_races.py"
WAITING = "tests/audience/test_waiting_races.py"
LIMITS = "tests/audience/test_limit_for_now_races.py"
CASES = "tests/audience/cases/test_case_races.py"
SUSPENSIONS = "tests/governance/people/test_suspension_races.py"
CALM = "tests/audience/test_calm_races.py"
ROOMS = "tests/audience/rooms/test_room_races.py"
HOLDS_ROOM = "    session.execute(_HOLD.where(col(Room.post_id) == room_id))\n"
STREAMS = "tests/audience/rooms/test_stream_races.py"
POLLS = "tests/audience/polls/test_poll_races.py"
PLAYLISTS = "tests/audience/playlists/test_playlist_races.py"
VIDEOS = "tests/media/test_preparing_races.py"
GARDENS = "tests/audience/gardens/test_garden_races.py"
SCHEDULE = "tests/audience/scheduling/test_publishing_races.py"
COWRITING = "tests/audience/cowriting/test_cowriting_races.py"


@dataclass(frozen=True)
class Guard:
    """One guard and its test."""

    name: str
    path: str
    text: str
    """Stands exactly once in the file."""
    without: str
    """What stands there when the guard is taken away."""
    test: str
    """A name in its file of tests."""
    file: str = RACES


GUARDS = (
    Guard(
        name="casts of one voter come one after another",
        path="migrations/versions/0014_holding_a_vote.py",
        text=" FOR NO KEY UPDATE",
        without="",
        test="test_law_04_of_64_casts_of_one_voter_in_many_processes_one_ballot_counts",
    ),
    Guard(
        name="the last version of a ballot counts",
        path="governance/counting.py",
        text="        col(newer.version) > col(Ballot.version),\n",
        without="        col(newer.version) < 0,\n",
        test="test_law_04_of_64_casts_of_one_voter_in_many_processes_one_ballot_counts",
    ),
    Guard(
        name="no ballot is under way while it is counted",
        path="migrations/versions/0014_holding_a_vote.py",
        text="roll_frozen_at IS NOT NULL FOR SHARE",
        without="roll_frozen_at IS NOT NULL",
        test="test_law_04_of_all_casts_against_a_close_those_acknowledged_are_counted",
    ),
    Guard(
        name="the first voter draws the roll alone",
        path="governance/ballots.py",
        text="    if found is None:\n        cases.lock(session, proposal_id)\n",
        without="    if found is None:\n",
        test="test_law_04_many_first_voters_draw_one_roll",
    ),
    Guard(
        name="one worker counts",
        path="governance/settling.py",
        text="    if not cases.lock(session, proposal_id, skip_locked=True):\n        return False\n",
        without="",
        test="test_law_14_many_workers_enact_once",
    ),
    Guard(
        name="one worker enacts",
        path="governance/enactment.py",
        text="    if not cases.lock(session, proposal_id, skip_locked=True):\n        return []\n",
        without="",
        test="test_law_14_two_workers_on_many_due_proposals_enact_each_once",
    ),
    Guard(
        name="signatures come one after another",
        path="governance/sponsors.py",
        text=(
            "    cases.lock(session, proposal_id)\n    now = clock.now(session)\n"
            "    case = cases.visible(session, member, proposal_id, now)\n    roll.check_belongs"
        ),
        without=(
            "    now = clock.now(session)\n"
            "    case = cases.visible(session, member, proposal_id, now)\n    roll.check_belongs"
        ),
        test="test_signatures_at_once_start_deliberation_at_the_one_needed_last",
    ),
    Guard(
        name="objections come one after another",
        path="governance/objections.py",
        text="    cases.lock(session, proposal_id)\n",
        without="",
        test="test_many_who_object_at_once_call_one_ordinary_vote",
    ),
    Guard(
        name="petitioners come one after another",
        path="governance/petitions.py",
        text="    cases.lock(session, proposal_id)\n",
        without="",
        test="test_many_who_petition_at_once_call_one_veto",
    ),
    Guard(
        name="a cap is asked under the gate's lock",
        path=TAKES_SEATS,
        text="            AND (seats IS NULL OR taken < seats)\n",
        without="",
        test="test_law_06_a_cap_is_exact_across_processes",
        file="tests/audience/test_gate_races.py",
    ),
    Guard(
        name="a budget is asked under its row's lock",
        path="coop/feature_budgets.py",
        text="WHERE feature_budget.taken + excluded.taken <= excluded.most\n",
        without="",
        test="test_law_06_of_a_thousand_claims_at_once_on_a_guild_s_budget_no_more_are_given_than_it_has",
        file="tests/coop/test_feature_budget_races.py",
    ),
    Guard(
        name="a seat that is waited for is free for nobody else",
        path=TAKES_SEATS,
        text="            AND (seats IS NULL OR waited OR waiting = 0 OR taken + waiting < seats)\n",
        without="",
        test="test_law_06_amid_a_rush_of_newcomers_seats_go_to_those_who_wait_in_their_order",
        file=WAITING,
    ),
    Guard(
        name="those who begin to wait come one after another",
        path="audience/waiting.py",
        text="    gate.hold(session, post_id)\n    found = _look(",
        without="    found = _look(",
        test="test_law_06_many_who_begin_to_wait_at_once_each_have_a_place_of_their_own",
        file=WAITING,
    ),
    Guard(
        name="what keeps a post back ends one after another",
        path="audience/grants.py",
        text="    decisions.hold_row(session, post_id)\n",
        without="",
        test="test_a_quote_is_shown_once_its_author_said_yes_and_its_hold_ended_at_one_moment",
        file="tests/audience/moderation/test_decision_races.py",
    ),
    Guard(
        name="followers come one after another",
        path="audience/following.py",
        text="    relations.hold(session, other_id)\n    found = state(",
        without="    found = state(",
        test="test_law_06_the_ceiling_is_exact_when_many_come_at_once",
        file="tests/audience/test_following.py",
    ),
    Guard(
        name="a limit for now is asked where blocks are",
        path="audience/access.py",
        text="  AND {LET_IN}\n",
        without="",
        test="test_law_06_no_stranger_is_seated_whose_request_began_after_the_limit_was_set",
        file=LIMITS,
    ),
    Guard(
        name="who is about to follow is awaited by a limit for now",
        path="audience/limit_for_now.py",
        text="    relations.hold(session, author.member_id)\n",
        without="",
        test="test_once_the_limit_is_set_nobody_begins_to_follow",
        file=LIMITS,
    ),
    Guard(
        name="reports of one thing come one after another",
        path="audience/cases/reports.py",
        text="wanted = select(Case).where(_about(thing), col(Case.closed_at).is_(None)).with_for_update()",
        without="wanted = select(Case).where(_about(thing), col(Case.closed_at).is_(None))",
        test="test_of_reports_at_once_the_one_that_is_enough_calls_one_jury",
        file=CASES,
    ),
    Guard(
        name="of a profile that was never changed one change is put on record",
        path="coop/judged_profiles.py",
        text="    member = hold_profile(session, member_id, reader_id)\n",
        without="    member = session.get(Member, member_id)\n",
        test="test_of_those_who_report_a_profile_at_once_that_was_never_changed_all_report_one_thing",
        file=CASES,
    ),
    Guard(
        name="what is kept of a reported profile is what others saw",
        path="coop/judged_profiles.py",
        text="    made = hold(session, change_id)\n",
        without="    made = session.get_one(ProfileChange, change_id)\n",
        test="test_what_is_reported_while_its_member_changes_it_is_kept_as_it_was_seen",
        file=CASES,
    ),
    Guard(
        name="ballots of one case come one after another",
        path="audience/cases/juries.py",
        text="session.scalars(select(Case).where(col(Case.id) == case_id).with_for_update()).one()",
        without="session.scalars(select(Case).where(col(Case.id) == case_id)).one()",
        test="test_of_a_juror_s_ballots_at_once_one_counts_and_the_last_closes_the_case_once",
        file=CASES,
    ),
    Guard(
        name="reports of one member come one after another",
        path="audience/cases/reports.py",
        text="    counted_acts.hold(session, reporter, thing)\n",
        without="",
        test="test_of_reports_of_one_member_at_once_no_more_are_made_than_in_a_day",
        file=CASES,
    ),
    Guard(
        name="appeals of one member come one after another",
        path="audience/cases/appeals.py",
        text="    counted_acts.hold(session, member, thing)\n",
        without="",
        test="test_of_appeals_of_one_member_at_once_no_more_are_made_than_in_a_month",
        file=CASES,
    ),
    Guard(
        name="holds of one steward come one after another",
        path="audience/cases/emergencies.py",
        text="    counted_acts.hold(session, steward, thing)\n",
        without="",
        test="test_of_holds_of_one_steward_at_once_no_more_are_made_than_in_a_week",
        file=CASES,
    ),
    Guard(
        name="whose profile is reported is held in one order",
        path="audience/cases/counted_acts.py",
        text=" | ({thing.author_id} if thing.profile_id is not None else set())",
        without="",
        test="test_members_who_report_each_other_at_once_wait_for_each_other_in_one_order",
        file=CASES,
    ),
    Guard(
        name="juries are drawn one after another",
        path="audience/cases/drawing.py",
        text="    session.execute(_ONE_AT_A_TIME)\n    able, due",
        without="    able, due",
        test="test_of_juries_drawn_at_once_by_many_processes_nobody_sits_on_more_than_the_clause_says",
        file=CASES,
    ),
    Guard(
        name="one worker goes through an edition that asks again",
        path="audience/moderation/asking_again.py",
        text="FOR UPDATE OF asked SKIP LOCKED\n",
        without="",
        test="test_law_14_of_many_workers_that_ask_again_at_once_each_thing_is_decided_once",
        file="tests/audience/moderation/test_asking_again_races.py",
    ),
    Guard(
        name="acts of one member that a rule slows come one after another",
        path="audience/moderation/pace.py",
        text="    locked = mine.with_for_update(key_share=True).execution_options(populate_existing=True)\n",
        without="    locked = mine.execution_options(populate_existing=True)\n",
        test="test_law_14_of_many_posts_of_one_member_in_many_processes_one_passes",
        file="tests/audience/moderation/test_pace_races.py",
    ),
    Guard(
        name="a pause is spent",
        path="audience/pausing.py",
        text="        session.execute(delete(PauseRow).where(*mine))\n",
        without="        session.flush()\n",
        test="test_one_pause_is_for_one_answer_however_often_it_is_sent_at_once",
        file=CALM,
    ),
    Guard(
        name="a hot thread slows its gate",
        path=TAKES_SEATS,
        text="(strangers AND slowed_until > clock_timestamp()) IS TRUE",
        without="false",
        test="test_law_06_strangers_who_rush_to_a_hot_thread_come_one_at_a_time",
        file=CALM,
    ),
    Guard(
        name="those who enter a room come one after another",
        path="audience/rooms/scene.py",
        text=HOLDS_ROOM,
        without="",
        test="test_law_06_of_many_who_enter_at_once_no_more_are_present_than_there_are_places",
        file=ROOMS,
    ),
    Guard(
        name="a room is opened once",
        path="audience/rooms/scene.py",
        text=HOLDS_ROOM,
        without="",
        test="test_a_room_that_is_opened_many_times_at_once_claims_its_minutes_once",
        file=ROOMS,
    ),
    Guard(
        name="a room is ended once",
        path="audience/rooms/scene.py",
        text=HOLDS_ROOM,
        without="",
        test="test_a_room_that_is_ended_many_times_at_once_gives_back_its_minutes_once",
        file=ROOMS,
    ),
    Guard(
        name="those who speak in a room take the floor one after another",
        path="audience/rooms/scene.py",
        text=HOLDS_ROOM,
        without="",
        test="test_law_06_of_many_who_take_the_floor_at_once_no_more_have_it_than_the_clause_says",
        file=ROOMS,
    ),
    Guard(
        name="places of a room that lapsed are given up before anybody is counted",
        path="audience/rooms/scene.py",
        text="    session.connection().execute(_SETTLE, bound)\n",
        without="",
        test="test_law_06_places_that_lapsed_go_to_others_while_signs_of_life_come_in",
        file=ROOMS,
    ),
    Guard(
        name="rooms of one guild are scheduled one after another",
        path="audience/rooms/scheduling.py",
        text="select(Guild).where(col(Guild.slug) == normal(slug)).with_for_update(key_share=True)",
        without="select(Guild).where(col(Guild.slug) == normal(slug))",
        test="test_of_rooms_that_are_scheduled_at_once_no_more_lie_ahead_than_the_clause_says",
        file=ROOMS,
    ),
    Guard(
        name="a session is closed by one worker",
        path="audience/rooms/revoking.py",
        text=" FOR UPDATE OF s SKIP LOCKED",
        without="",
        test="test_law_14_several_workers_at_once_close_each_session_once",
        file=STREAMS,
    ),
    Guard(
        name="one open session of a speaker",
        path="migrations/versions/0051_live_rooms.py",
        text="""        "uq_room_stream_speaking",
        "room_stream",
        ["room_id", "member_id"],
        unique=True,
""",
        without="""        "uq_room_stream_speaking",
        "room_stream",
        ["room_id", "member_id"],
""",
        test="test_of_many_sessions_of_one_member_at_once_one_is_open_here_and_at_the_media_server",
        file=STREAMS,
    ),
    Guard(
        name="one worker opens the vote that a jury asks for",
        path="governance/people/suspensions.py",
        text="wanted.with_for_update(skip_locked=True).execution_options(populate_existing=True)",
        without="wanted.execution_options(populate_existing=True)",
        test="test_of_many_workers_one_opens_the_vote_on_what_a_jury_asks",
        file=SUSPENSIONS,
    ),
    Guard(
        name="what is asked no more suspends nobody",
        path="coop/suspensions.py",
        text="session.get_one(SuspensionAsked, asked_id, with_for_update=True, populate_existing=True)",
        without="session.get_one(SuspensionAsked, asked_id, populate_existing=True)",
        test="test_whoever_carries_out_and_whoever_takes_back_come_one_after_another",
        file=SUSPENSIONS,
    ),
    Guard(
        name="a yes and a no to a held follow come one after another",
        path="audience/moderation/waiting_follows.py",
        text="one.decision, with_for_update=True, populate_existing=True",
        without="one.decision, populate_existing=True",
        test="test_of_a_yes_and_a_no_at_once_one_alone_counts",
        file="tests/audience/moderation/test_waiting_follow_races.py",
    ),
    Guard(
        name="one worker publishes what is due",
        path="audience/scheduling/publishing.py",
        text="        .with_for_update(skip_locked=True)\n",
        without="",
        test="test_law_14_many_workers_publish_each_post_once",
        file=SCHEDULE,
    ),
    Guard(
        name="what is taken back is not being published",
        path="audience/scheduling/schedule.py",
        text="        .with_for_update()\n",
        without="",
        test="test_what_is_taken_back_while_it_is_due_is_either_published_or_gone",
        file=SCHEDULE,
    ),
    Guard(
        name="what is to be published later is given one after another",
        path="audience/scheduling/schedule.py",
        text="    session.execute(held)\n",
        without="",
        test="test_of_many_given_at_once_no_more_are_kept_than_the_clause_says",
        file=SCHEDULE,
    ),
    Guard(
        name="one worker takes a video",
        path="media/preparing.py",
        text="            .with_for_update(skip_locked=True)\n",
        without="",
        test="test_many_workers_prepare_each_video_once",
        file=VIDEOS,
    ),
    Guard(
        name="whoever has the last try of a video settles it",
        path="media/preparing.py",
        text="            col(Asset.tries) == taken.number,\n        )\n        .with_for_update()",
        without="            col(Asset.tries) >= taken.number,\n        )\n        .with_for_update()",
        test="test_a_try_that_was_taken_over_at_its_end_is_settled_by_one_alone",
        file=VIDEOS,
    ),
    Guard(
        name="no vote in a poll is under way while it is counted",
        path="audience/polls/voting.py",
        text="FOR SHARE OF poll\n",
        without="",
        test="test_a_vote_that_is_under_way_at_the_end_is_waited_for_and_counted",
        file=POLLS,
    ),
    Guard(
        name="changes of a playlist come one after another",
        path="audience/playlists/keeping.py",
        text=" WHERE id = :playlist FOR UPDATE",
        without=" WHERE id = :playlist",
        test="test_moves_at_once_leave_the_same_posts_in_another_order",
        file=PLAYLISTS,
    ),
    Guard(
        name="playlists of one owner are made one after another",
        path="audience/playlists/keeping.py",
        text="    session.execute(owner.with_for_update(key_share=True))\n",
        without="",
        test="test_law_06_of_many_made_at_once_there_are_no_more_lists_than_the_clause_says",
        file=PLAYLISTS,
    ),
    Guard(
        name="what is kept out of all playlists is not being added to one",
        path="audience/playlists/items.py",
        text="    session.connection().execute(_HOLD_POST, which)\n",
        without="",
        test="test_who_is_about_to_add_a_post_is_waited_for_by_whoever_keeps_it_out",
        file=PLAYLISTS,
    ),
    Guard(
        name="a draft is saved by one after another",
        path="audience/cowriting/scene.py",
        text=" FOR UPDATE",
        without="",
        test="test_of_many_who_write_from_old_revisions_each_line_survives_once",
        file=COWRITING,
    ),
    Guard(
        name="the last of those who agree to a draft publishes it",
        path="audience/cowriting/scene.py",
        text=" FOR UPDATE",
        without="",
        test="test_of_many_last_answers_at_once_it_is_published_once",
        file=COWRITING,
    ),
    Guard(
        name="drafts of a guild are begun one after another",
        path="audience/cowriting/beginning.py",
        text=".with_for_update(key_share=True)",
        without="",
        test="test_of_many_begun_at_once_no_more_are_under_way_than_the_clause_says",
        file=COWRITING,
    ),
    Guard(
        name="writers of a draft are invited one after another",
        path="audience/cowriting/scene.py",
        text=" FOR UPDATE",
        without="",
        test="test_of_many_invited_at_once_no_more_write_in_it_than_the_clause_says",
        file=COWRITING,
    ),
    Guard(
        name="a member's filters are kept one after another",
        path="audience/gardens/filters.py",
        text="    relations.hold(session, member.member_id)\n",
        without="",
        test="test_of_many_filters_at_once_no_more_are_kept_than_the_clause_says",
        file=GARDENS,
    ),
    Guard(
        name="a member's mutes are kept one after another",
        path="audience/gardens/mutes.py",
        text="    relations.hold(session, member.member_id)\n",
        without="",
        test="test_of_many_mutes_at_once_no_more_are_kept_than_the_clause_says",
        file=GARDENS,
    ),
    Guard(
        name="a member's choices are kept one after another",
        path="audience/gardens/choices.py",
        text="    relations.hold(session, member.member_id)\n",
        without="",
        test="test_of_many_choices_at_once_no_more_are_kept_than_the_clause_says",
        file=GARDENS,
    ),
    Guard(
        name="a member's subscriptions are kept one after another",
        path="audience/gardens/subscriptions.py",
        text="    relations.hold(session, member.member_id)\n",
        without="",
        test="test_of_many_subscriptions_at_once_no_more_are_kept_than_the_clause_says",
        file=GARDENS,
    ),
    Guard(
        name="a member's labellers are founded one after another",
        path="audience/gardens/labellers.py",
        text="        relations.hold(session, publisher.member_id)\n",
        without="        pass\n",
        test="test_of_many_labellers_founded_at_once_no_more_are_kept_than_the_clause_says",
        file=GARDENS,
    ),
    Guard(
        name="a guild's labellers are founded one after another",
        path="audience/gardens/labellers.py",
        text=".where(col(Guild.id) == guild_id).with_for_update(key_share=True)",
        without=".where(col(Guild.id) == guild_id)",
        test="test_of_many_labellers_founded_at_once_no_more_are_kept_than_the_clause_says",
        file=GARDENS,
    ),
)

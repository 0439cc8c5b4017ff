"""Names that callers have, so that a recogniser can hear them and a reader can tell them from other words.

Not a list of who may call: a name that is not here is taken too when the caller says it is one. Every word stands in the
CMU pronouncing dictionary; of names that sound alike the more common one stands for all.
"""

COMMON_NAMES = tuple(
    """
    anna maria john james michael david robert mary sarah emma laura lisa daniel thomas peter paul mark george
    susan karen linda helen jack tom ben sam kate alice lucy sophie charlotte olivia emily grace hannah julia
    martin andrew chris steve alex max oliver harry william richard simon jane nick matthew bob jim joe mike tim
    kevin brian maggie claire rachel rebecca amy jennifer jessica victoria
    """.split()  # noqa: SIM905
)

FIRST_NAMES = COMMON_NAMES + tuple(
    """
    aaron abigail adam adrian aisha alan albert alexander alexandra alfred alicia alison amanda amber ana andrea
    angela angelina anita ann annie anthony antonio april arthur ashley barbara beatrice benjamin bernard beth
    betty beverly bill billy bobby brandon brenda bruce caleb carl carla carlos carmen carol caroline catherine
    cathy charles charlie cheryl chloe christian christina christine christopher cindy clara claudia colin
    connor craig cynthia daisy dan daniela danielle dawn dean deborah debra denise dennis derek diana diane
    donald donna doris dorothy douglas dylan edward eileen elaine eleanor elena eli elizabeth ella ellen eric
    erica ernest ethan eugene eva evan evelyn felix fiona florence frances francis frank fred gabriel gary gavin
    gerald gina gloria gordon graham grant greg gregory harold harriet heather henry holly howard hugh hugo ian
    irene isaac isabel isabella ivan jackie jacob jacqueline jamie jan janet janice jason jay jean jeff jeffrey
    jenny jeremy jerry jesse jill jimmy joan joanna joel johnny jonathan jordan jose joseph joshua joyce juan
    judith judy julian julie justin katherine kathleen kathryn katie keith kelly ken kenneth kim kimberly kyle
    larry lauren lawrence leah lee leo leon leonard leslie lewis liam lillian liz logan lois louise lucas luis
    luke lydia lynn madison marco margaret marie marilyn mario marion marsha martha marvin mason matt maureen
    megan melanie melissa michelle miguel mildred mohammed molly monica nancy naomi natalie natasha nathan neil
    nicholas nicole nina noah nora norma norman omar oscar owen pamela patricia patrick paula pauline pedro
    peggy penny pete phil philip phillip phyllis ralph ray raymond regina rene rick rita rob roberta robin
    rodney roger roland ron ronald rosa rose rosemary ross roy russell ruth ryan sabrina sally samantha samuel
    sandra scott sean sebastian sergio shannon sharon sheila shirley sofia sonia stacy stanley stella stephanie
    stephen stuart sue suzanne sylvia tamara tanya tara ted teresa terry theodore timothy tina todd tommy tony
    tracy travis trevor tyler valerie vanessa vera veronica victor vincent viola violet virginia vivian wade
    walter wanda warren wayne wendy will willie yvonne zachary zoe
    """.split()  # noqa: SIM905
)

SURNAMES = tuple(
    """
    adams alexander allen anderson armstrong arnold austin bailey baker barker barnes barnett bates becker bell
    bennett berry bishop black blake bowman boyd bradley brooks brown bryant burke burns burton butler byrne
    campbell carlson carpenter carr carroll carter chambers chang chapman chavez chen clark cohen cole coleman
    collins cook cooper cox crawford cruz cunningham curtis daniels davidson davies davis dawson diaz dixon
    doyle duncan dunn edwards elliott ellis evans ferguson fernandez fischer fleming fletcher flores ford foster
    fowler fox franklin fraser freeman fuller garcia gardner gibson gilbert gomez gonzales gonzalez goodwin
    graham grant graves gray green griffin gupta hale hall hamilton hansen harper harris harrison hart harvey
    hawkins hayes henderson hernandez hicks higgins hill hoffman holland holmes hopkins howard howell hudson
    hughes hunt hunter jackson jacobs jenkins jennings jensen johnson johnston jones kaplan kaufman keller
    kelley kennedy khan kim king klein knight kumar lambert lane larson lawson lee lewis lin long lopez lowe
    lynch macdonald malone manning marsh marshall martinez mason matthews mccarthy mccoy mckenzie mendoza meyer
    miller mills mitchell montgomery moore morales moreno morgan morris morrison murphy murray myers nelson
    newman newton nguyen nichols norris o'connor o'neill obrien oliver olson ortiz owens page palmer parker
    parsons patel patterson payne pearson perez perkins perry peters peterson phillips pierce porter potter
    powell powers price quinn ramirez ramos reed reyes reynolds rice richards richardson riley rivera roberts
    robertson robinson rodriguez rogers romero rose ross ruiz russell ryan sanchez sanders schmidt schneider
    schultz schwartz scott shaw silva simmons simpson singh smith snyder spencer stanley steele stevens
    stevenson stewart stone sullivan taylor thomas thompson thomson torres tucker turner vargas wagner walker
    wallace walsh walters ward warren washington watkins watson watts weaver webb weber webster wells west
    wheeler white williams williamson willis wilson wolf wong wood woods wright wu yang young zimmerman
    """.split()  # noqa: SIM905
)

NAMES = frozenset(FIRST_NAMES) | frozenset(SURNAMES) | {"ann", "anne", "sara", "jon", "catherine", "geoff", "alan"}

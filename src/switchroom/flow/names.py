"""Names that callers have, so that a recogniser can hear them and a reader can tell them from other words.

Not a list of who may call: a name that is not here is taken too when the caller says it is one. Every word stands in the
CMU pronouncing dictionary.
"""

FIRST_NAMES = tuple(
    """
    aaron abigail adam adrian aisha alan albert alex alexander alexandra alfred alice alicia alison amanda amber
    amy ana andrea andrew angela angelina anita ann anna anne annie anthony antonio april arthur ashley barbara
    beatrice ben benjamin bernard beth betty beverly bill billy bob bobby brandon brenda brian bruce bryan caleb
    carl carla carlos carmen carol caroline catherine cathy charles charlie charlotte cheryl chloe chris
    christian christina christine christopher cindy claire clara claudia colin connor craig cynthia daisy dan
    daniel daniela danielle david dawn dean deborah debra denise dennis derek diana diane donald donna doris
    dorothy douglas dylan edward eileen elaine eleanor elena eli elizabeth ella ellen emily emma eric erica
    ernest ethan eugene eva evan evelyn felix fiona florence frances francis frank fred gabriel gary gavin
    george gerald gina gloria gordon grace graham grant greg gregory hannah harold harriet harry heather helen
    henry holly howard hugh hugo ian irene isaac isabel isabella ivan jack jackie jacob jacqueline james jamie
    jan jane janet janice jason jay jean jeff jeffrey jennifer jenny jeremy jerry jesse jessica jill jim jimmy
    joan joanna joe joel john johnny jon jonathan jordan jose joseph joshua joyce juan judith judy julia julian
    julie justin karen karl kate katherine kathleen kathryn katie keith kelly ken kenneth kevin kim kimberly
    kyle larry laura lauren lawrence leah lee leo leon leonard leslie lewis liam lillian linda lisa liz logan
    lois louis louise lucas lucy luis luke lydia lynn madison maggie marco margaret maria marie marilyn mario
    marion mark marsha martha martin marvin mary mason matt matthew maureen max megan melanie melissa michael
    michelle miguel mike mildred mohammed molly monica nancy naomi natalie natasha nathan neil nicholas nick
    nicole nina noah nora norma norman oliver olivia omar oscar owen pamela patricia patrick paul paula pauline
    pedro peggy penny pete peter phil philip phillip phyllis rachel ralph ray raymond rebecca regina rene
    richard rick rita rob robert roberta robin rodney roger roland ron ronald rosa rose rosemary ross roy
    russell ruth ryan sabrina sally sam samantha samuel sandra sara sarah scott sean sebastian sergio shannon
    sharon sheila shirley simon sofia sonia sophia sophie stacy stanley stella stephanie stephen steve steven
    stuart sue susan suzanne sylvia tamara tanya tara ted teresa terry theodore theresa thomas tim timothy tina
    todd tom tommy tony tracy travis trevor tyler valerie vanessa vera veronica victor victoria vincent viola
    violet virginia vivian wade walter wanda warren wayne wendy will william willie yvonne zachary zoe
    """.split()  # noqa: SIM905
)

SURNAMES = tuple(
    """
    adams alexander allen anderson armstrong arnold austin bailey baker barker barnes barnett bates becker bell
    bennett berry bishop black blake bowman boyd bradley brooks brown bryant burke burns burton butler byrne
    campbell carlson carpenter carr carroll carter chambers chang chapman chavez chen clark clarke cohen cole
    coleman collins cook cooper cox crawford cruz cunningham curtis daniels davidson davies davis dawson diaz
    dixon doyle duncan dunn edwards elliott ellis evans ferguson fernandez fischer fisher fleming fletcher
    flores ford foster fowler fox franklin fraser freeman fuller garcia gardner gibson gilbert gomez gonzales
    gonzalez goodwin graham grant graves gray green greene griffin gupta hale hall hamilton hansen hanson harper
    harris harrison hart harvey hawkins hayes henderson hernandez hicks higgins hill hoffman holland holmes
    hopkins howard howell hudson hughes hunt hunter jackson jacobs jenkins jennings jensen johnson johnston
    jones kaplan kaufman keller kelley kelly kennedy khan kim king klein knight kumar lambert lane larson lawson
    lee lewis lin long lopez lowe lynch macdonald malone manning marsh marshall martinez mason matthews mccarthy
    mccoy mcdonald mckenzie mendoza meyer miller mills mitchell montgomery moore morales moreno morgan morris
    morrison murphy murray myers nelson newman newton nguyen nichols norris o'brien o'connor o'neill obrien
    oliver olson ortiz owens page palmer parker parsons patel patterson payne pearson perez perkins perry peters
    peterson phillips pierce porter potter powell powers price quinn ramirez ramos reed reid reyes reynolds rice
    richards richardson riley rivera roberts robertson robinson rodriguez rogers romero rose ross ruiz russell
    ryan sanchez sanders schmidt schneider schultz schwartz scott shaw silva simmons simpson singh smith snyder
    spencer stanley steele stevens stevenson stewart stone sullivan taylor thomas thompson thomson torres tucker
    turner vargas wagner walker wallace walsh walters ward warren washington watkins watson watts weaver webb
    weber webster wells west wheeler white williams williamson willis wilson wolf wong wood woods wright wu yang
    young zimmerman
    """.split()  # noqa: SIM905
)

NAMES = frozenset(FIRST_NAMES) | frozenset(SURNAMES)

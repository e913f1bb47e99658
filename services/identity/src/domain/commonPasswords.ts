/**
 * Passwords of ten characters or more that stand high in every published list of leaked ones, and this place's own name. Lower case, without spaces.
 * A small list on purpose: what shorter lists hold is refused by its length, and runs and repeats by rule.
 */
export const commonPasswords: ReadonlySet<string> = new Set(
  `
  password01 password10 password11 password12 password13 password21 password22 password23 password69 password77 password88 password99
  password123 password1234 password12345 password123456 password1! password12! password123! password2023 password2024 password2025 password2026
  passwordpassword passw0rd123 passw0rd1234 p@ssw0rd123 p@ssword123 p@ssw0rd1234 p@$$w0rd123 pa55word123 pa$$word123 mypassword mypassword1 mypassword123
  changeme123 changeme1234 changemenow letmein123 letmein1234 letmeinnow letmeinplease welcome123 welcome1234 welcome12345 welcome2023 welcome2024 welcome2025
  welcome2026 welcome1! welcome123! administrator admin12345 admin123456 admin1234567 administrator1 superadmin1 rootpassword guestguest testtest123 testing123
  testing1234 test123456 test1234567 user123456 qwerty1234 qwerty12345 qwerty123456 qwertyuiop1 qwertyuiop123 qwertyuiop[] qwertyuiop[]\\ 1q2w3e4r5t 1q2w3e4r5t6y
  q1w2e3r4t5 q1w2e3r4t5y6 qazwsxedcrfv qazwsx123456 1qaz2wsx3edc zaq12wsxcde3 zaq1zaq1zaq1 asdfghjkl1 asdfghjkl123 asdfghjkl; zxcvbnm123 zxcvbnm1234 abc1234567 abcd123456
  abcde12345 a123456789 aa12345678 a1b2c3d4e5 a1s2d3f4g5 abcdef1234 123456789a 123456789q 1234567891 12345678910 123456789123 0987654321 9876543210 1122334455
  112233445566 1212121212 1231231234 1233211234 123123123123 1111122222 0123456789 2345678910 9876543211 1029384756 0192837465 1357924680 1470258369 7894561230 789456123000
  147258369000 3141592653 3141592654 31415926535 iloveyou12 iloveyou123 iloveyou1234 iloveyousomuch iloveyou2024 iloveyou2025 ilovemydog ilovemycat ilovemyfamily ilovemymum
  ihateyou123 sunshine12 sunshine123 sunshine1234 princess12 princess123 princess1234 football12 football123 football1234 football2024 football2025 liverpool1 liverpool12
  liverpool123 liverpoolfc liverpoolfc1 manchester manchester1 manchester123 manchesterunited manchestercity manunited1 manunited123 chelsea123 chelseafc1 arsenal123 arsenal1234 arsenalfc1
  tottenham1 tottenham123 everton123 everton1878 evertonfc1 leedsunited newcastle1 newcastle123 westham123 rangers123 rangers1872 celtic1888 celtic12345 cardiffcity swanseacity
  basketball basketball1 baseball123 superman123 superman1234 batman1234 batman12345 spiderman1 spiderman123 starwars123 starwars1234 pokemon123 pokemon1234 minecraft1
  minecraft123 roblox12345 charlie123 charlie1234 michael123 michael1234 jennifer12 jennifer123 jessica123 jessica1234 ashley1234 daniel1234 daniel12345 andrew1234 thomas1234 thomas12345
  matthew123 joshua1234 jordan1234 jordan12345 elizabeth1 elizabeth2 victoria12 victoria123 christopher alexander1 alexander123 samantha12 samantha123 nicholas12 nicholas123 benjamin12
  benjamin123 monkey1234 monkey12345 dragon1234 dragon12345 master1234 master12345 shadow1234 shadow12345 hunter1234 killer1234 freedom123 freedom1234 whatever12 whatever123 trustno1trustno1
  trustno1234 computer12 computer123 internet12 internet123 samsung123 samsung1234 blink182182 hello12345 hello123456 hello1234567 helloworld helloworld1 hellohello hellokitty hellokitty1
  goodmorning goodluck123 chocolate1 chocolate12 chocolate123 strawberry strawberry1 butterfly1 butterfly12 butterfly123 beautiful1 beautiful123 summertime wintertime springtime summer2023
  summer2024 summer2025 summer2026 winter2023 winter2024 winter2025 winter2026 spring2024 spring2025 spring2026 autumn2024 autumn2025 autumn2026 january2025 january2026 february2025 february2026
  monday1234 tuesday123 wednesday1 thursday1 thursday123 friday1234 saturday1 saturday123 november11 november12 september1 september11 december25 valentine1 christmas1 christmas25 christmas123
  england123 england1966 scotland12 scotland123 wales12345 cymru12345 london1234 london12345 london2012 birmingham birmingham1 liverpool2024 trafford123 council123 council1234 council2024 council2025
  nhspassword socialcare socialcare1 communitycare secret1234 secret12345 secretsecret mysecret123 opensesame opensesame1 abracadabra biteme1234 fuckyou123 fuckyou1234 fuckoff123 asshole123
  bailey1234 buster1234 ginger1234 pepper1234 cookie1234 cookie12345 harley1234 tigger1234 snoopy1234 peanut1234 snowball12 lovely1234 loveme1234 lovelove12 loveyou123 babygirl12 babygirl123
  mustang123 corvette12 corvette123 ferrari123 mercedes12 mercedes123 motorola12 thunder123 phoenix123 scorpion12 scorpion123 midnight12 midnight123 jasmine123 madison123 maverick12 maverick123
  correcthorsebatterystaple patchwork1 patchwork12 patchwork123 patchwork1234 patchwork2025 patchwork2026 patchworkpatchwork mypatchwork
  `
    .trim()
    .split(/\s+/),
)

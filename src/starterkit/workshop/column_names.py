"""Titles of roster columns in many languages. Case, accents, spaces and punctuation don't count."""

from __future__ import annotations

# Of several columns in a file that stand for one thing, the title named first here is taken.
NAMES = {
    "name": "name fullname student studentname displayname participant participantname learner nameofstudent names "
    "yourname vollständigername namevorname nom nomcomplet nometprénom nomprénom nombrecompleto nombreyapellidos "
    "apellidosynombre nomecompleto nomeecognome cognomeenome volledigenaam naam fuldenavn fulltnavn navn "
    "fullständigtnamn namn kokonimi nimi imięinazwisko nazwiskoiimię celéjméno jménoapříjmení teljesnév név "
    "numecomplet imeiprezime adsoyad adısoyadı ονοματεπώνυμο фио полноеимя имяифамилия пиб повнеімя "
    "氏名 姓名 名前 이름 성명 nama الاسم الاسمالكامل שם שםמלא",
    "first": "firstname firstnames givenname givennames forename forenames firstnameofstudent vorname prénom nombre "
    "nombres nome voornaam fornavn förnamn etunimi imię jméno křestníjméno meno keresztnév utónév prenume ime имя ім’я "
    "име ad adı eesnimi vārds vardas όνομα 名 الاسمالأول שםפרטי",
    "last": "surname lastname familyname familynameofstudent nachname familienname nomdefamille apellidos apellido "
    "cognome achternaam familienaam sobrenome apelido efternavn etternavn efternamn sukunimi nazwisko příjmení "
    "priezvisko vezetéknév családnév nume numedefamilie prezime priimek фамилия прізвище soyad soyadı perekonnanimi "
    "uzvārds pavardė επώνυμο 姓 اسمالعائلة שםמשפחה",
    "identifier": "identifier id studentid idnumber studentidnumber sisuserid userid orgdefinedid sid studentnumber "
    "number matriculation matriculationnumber registrationnumber matrikelnummer matrikelnr matrnr matrikel "
    "numéroétudiant matricola matrícula studentennummer studienummer studentnummer nralbumu numeralbumu "
    "学号 学籍番号 학번",
    "email": "emailaddress email mail useremail emailadresse adressedecourriel adresseemail courriel correo "
    "correoelectrónico direccióndecorreo direccióndecorreoelectrónico indirizzoemail endereçodeemail emailadres "
    "emailadress epost epostadresse epostadress sähköposti eposta adresemail почта электроннаяпочта "
    "адресэлектроннойпочты メールアドレス 电子邮件 邮箱 이메일 البريدالإلكتروني דואל",
    "login": "login githubusername github username loginid sisloginid user loginname gitlabusername gitlab account "
    "githubhandle githublogin githubaccount githubname netid handle eid usereid "
    "anmeldename benutzername nutzername kennung "
    "benutzerkennung nomdutilisateur identifiantgithub nombredeusuario nomeutente nomedeusuário gebruikersnaam "
    "brugernavn brukernavn användarnamn käyttäjätunnus nazwaużytkownika uživatelskéjméno логин "
    "имяпользователя ユーザー名 用户名",
    "team": "team group groupname teamname groups gruppe gruppen groupe groupes équipe grupo grupos equipo equipe "
    "gruppo squadra groep grupp grupa zespół команда",
}
# Words around the title in the questions of a form: "What is your full name?"
FILLERS = (
    "what what’s whats s is are your you please enter type give write the a an of "
    "student students github gitlab roster for in on to us me my and or "
    "wie was ist lautet lauten dein deine deinen ihr ihre ihren bitte "
    "quel quelle est votre ton ta cuál cual es tu su qual è il la tuo tua o seu sua"
)

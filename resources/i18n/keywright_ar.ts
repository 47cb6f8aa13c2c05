<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ar" sourcelanguage="en">
    <context>
        <name>Activate</name>
        <message>
            <source>For staff: type the code of the console, or scan its picture.</source>
            <translation>للموظفين: اكتب رمز لوحة الإدارة، أو امسح صورته ضوئيًا.</translation>
        </message>
        <message>
            <source>Code of the console</source>
            <translation>رمز لوحة الإدارة</translation>
        </message>
        <message>
            <source>For staff: hold the code of the console to the camera, or type it.</source>
            <translation>للموظفين: اعرض رمز لوحة الإدارة على الكاميرا، أو اكتبه.</translation>
        </message>
        <message>
            <source>The office computer checks the code</source>
            <translation>يتحقق حاسوب المؤسسة من الرمز</translation>
        </message>
        <message>
            <source>Please wait.</source>
            <translation>يُرجى الانتظار.</translation>
        </message>
        <message>
            <source>Connect</source>
            <translation>ربط</translation>
        </message>
        <message>
            <source>Connect this kiosk</source>
            <translation>ربط هذا الجهاز</translation>
        </message>
        <message>
            <source>Site: {site}</source>
            <translation>الموقع: {site}</translation>
        </message>
        <message>
            <source>This kiosk is connected</source>
            <translation>تم ربط هذا الجهاز</translation>
        </message>
        <message>
            <source>The first screen opens by itself.</source>
            <translation>ستُفتح الشاشة الأولى تلقائيًا.</translation>
        </message>
        <message>
            <source>This takes a few seconds.</source>
            <translation>يستغرق هذا بضع ثوانٍ.</translation>
        </message>
        <message>
            <source>Back</source>
            <translation>رجوع</translation>
        </message>
        <message>
            <source>This is for staff. A kiosk that is new needs a code, once.</source>
            <translation>هذا للموظفين. يحتاج الجهاز الجديد إلى رمز، مرة واحدة.</translation>
        </message>
        <message>
            <source>In the console, open Stations, choose this kiosk, and make a code.</source>
            <translation>في لوحة الإدارة افتح قائمة الأجهزة، واختر هذا الجهاز، وأنشئ رمزًا.</translation>
        </message>
        <message>
            <source>Continue</source>
            <translation>متابعة</translation>
        </message>
    </context>
    <context>
        <name>Backup</name>
        <message>
            <source>Not now</source>
            <translation>ليس الآن</translation>
        </message>
        <message>
            <source>Key {number}</source>
            <translation>المفتاح {number}</translation>
        </message>
        <message>
            <source>Now your backup key</source>
            <translation>والآن مفتاحك الاحتياطي</translation>
        </message>
        <message>
            <source>Your first key is done. Take it out, and keep the other one in a safe place.</source>
            <translation>مفتاحك الأول جاهز. أخرجه، واحفظ المفتاح الآخر في مكان آمن.</translation>
        </message>
        <message>
            <source>Set up a backup key</source>
            <translation>إعداد مفتاح احتياطي</translation>
        </message>
        <message>
            <source>If you lose one key, you sign in with the other one.</source>
            <translation>إذا فقدت أحد المفتاحين، تسجّل الدخول بالآخر.</translation>
        </message>
        <message>
            <source>It may have a PIN of its own, or the same.</source>
            <translation>يمكن أن يكون له رمز PIN خاص به أو الرمز نفسه.</translation>
        </message>
    </context>
    <context>
        <name>Banner</name>
        <message>
            <source>SIMULATED</source>
            <translation>محاكاة</translation>
        </message>
        <message>
            <source>Simulated: this key is made of software</source>
            <translation>محاكاة: هذا المفتاح برنامج وليس جهازًا</translation>
        </message>
    </context>
    <context>
        <name>CameraView</name>
        <message>
            <source>Hold the code into the frame.</source>
            <translation>ضع الرمز داخل الإطار.</translation>
        </message>
        <message>
            <source>What the camera sees</source>
            <translation>ما تراه الكاميرا</translation>
        </message>
    </context>
    <context>
        <name>Checklist</name>
        <message>
            <source>done</source>
            <translation>تم</translation>
        </message>
        <message>
            <source>not accepted</source>
            <translation>غير مقبول</translation>
        </message>
        <message>
            <source>not yet</source>
            <translation>ليس بعد</translation>
        </message>
    </context>
    <context>
        <name>CodeBoxes</name>
        <message numerus="yes">
            <source>The code, %n digits</source>
            <translation>
                <numerusform>رمز التحقق، %n رقم</numerusform>
                <numerusform>رمز التحقق، رقم واحد</numerusform>
                <numerusform>رمز التحقق، رقمان</numerusform>
                <numerusform>رمز التحقق، %n أرقام</numerusform>
                <numerusform>رمز التحقق، %n رقمًا</numerusform>
                <numerusform>رمز التحقق، %n رقمًا</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>CodeSheet</name>
        <message numerus="yes">
            <source>%n recovery codes. They are not read aloud by themselves.</source>
            <translation>
                <numerusform>لا رموز استرداد.</numerusform>
                <numerusform>رمز استرداد واحد. لا يُقرأ بصوت من تلقاء نفسه.</numerusform>
                <numerusform>رمزا استرداد. لا يُقرآن بصوت من تلقاء نفسيهما.</numerusform>
                <numerusform>%n رموز استرداد. لا تُقرأ بصوت من تلقاء نفسها.</numerusform>
                <numerusform>%n رمز استرداد. لا تُقرأ بصوت من تلقاء نفسها.</numerusform>
                <numerusform>%n رمز استرداد. لا تُقرأ بصوت من تلقاء نفسها.</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>Connecting</name>
        <message>
            <source>You cannot start here right now. This is the kiosk {name}.</source>
            <translation>لا يمكنك البدء هنا الآن. اسم هذا الجهاز {name}.</translation>
        </message>
        <message>
            <source>Reference for staff: &lt;b&gt;{reference}&lt;/b&gt;</source>
            <translation>مرجع للموظفين: &lt;b&gt;{reference}&lt;/b&gt;</translation>
        </message>
        <message>
            <source>I have a code for it</source>
            <translation>لديّ رمز لهذا الجهاز</translation>
        </message>
        <message>
            <source>Connecting to the office computer</source>
            <translation>جارٍ الاتصال بحاسوب المؤسسة</translation>
        </message>
        <message>
            <source>The first screen opens by itself.</source>
            <translation>ستُفتح الشاشة الأولى تلقائيًا.</translation>
        </message>
        <message>
            <source>Try now</source>
            <translation>المحاولة الآن</translation>
        </message>
        <message>
            <source>This kiosk is offline</source>
            <translation>هذا الجهاز غير متصل</translation>
        </message>
        <message>
            <source>This kiosk is not ready</source>
            <translation>هذا الجهاز غير جاهز</translation>
        </message>
        <message>
            <source>Nobody needs to do anything.</source>
            <translation>لا يلزم أحدًا أن يفعل شيئًا.</translation>
        </message>
        <message>
            <source>One moment, please</source>
            <translation>لحظة من فضلك</translation>
        </message>
        <message>
            <source>This kiosk is getting ready.</source>
            <translation>يستعد هذا الجهاز للعمل.</translation>
        </message>
        <message>
            <source>You cannot start here right now.</source>
            <translation>لا يمكنك البدء هنا الآن.</translation>
        </message>
        <message>
            <source>We try again in {time}</source>
            <translation>سنحاول مجددًا بعد {time}</translation>
        </message>
    </context>
    <context>
        <name>Day</name>
        <message>
            <source>Today</source>
            <translation>اليوم</translation>
        </message>
        <message>
            <source>Tomorrow</source>
            <translation>غدًا</translation>
        </message>
        <message>
            <source>In a week</source>
            <translation>بعد أسبوع</translation>
        </message>
        <message>
            <source>Another day</source>
            <translation>يوم آخر</translation>
        </message>
        <message>
            <source>Choose a date</source>
            <translation>اختر التاريخ</translation>
        </message>
        <message>
            <source>Day</source>
            <translation>يوم</translation>
        </message>
        <message>
            <source>One day earlier</source>
            <translation>قبل ذلك بيوم</translation>
        </message>
        <message>
            <source>One day later</source>
            <translation>بعد ذلك بيوم</translation>
        </message>
        <message>
            <source>Week</source>
            <translation>أسبوع</translation>
        </message>
        <message>
            <source>One week earlier</source>
            <translation>قبل ذلك بأسبوع</translation>
        </message>
        <message>
            <source>One week later</source>
            <translation>بعد ذلك بأسبوع</translation>
        </message>
        <message>
            <source>Month</source>
            <translation>شهر</translation>
        </message>
        <message>
            <source>One month earlier</source>
            <translation>قبل ذلك بشهر</translation>
        </message>
        <message>
            <source>One month later</source>
            <translation>بعد ذلك بشهر</translation>
        </message>
    </context>
    <context>
        <name>Desk</name>
        <message>
            <source>Staff desk</source>
            <translation>مكتب الموظفين</translation>
        </message>
        <message numerus="yes">
            <source>%n keys got a random PIN that never reached its owner: nobody knows it. Wipe them.</source>
            <translation>
                <numerusform>لا مفاتيح لها رقم PIN لم يصل إلى صاحبه.</numerusform>
                <numerusform>مفتاح واحد له رقم PIN عشوائي لم يصل إلى صاحبه: لا أحد يعرفه. امسح هذا المفتاح.</numerusform>
                <numerusform>مفتاحان لهما رقم PIN عشوائي لم يصل إلى صاحبه: لا أحد يعرفه. امسحهما.</numerusform>
                <numerusform>%n مفاتيح لها رقم PIN عشوائي لم يصل إلى صاحبه: لا أحد يعرفه. امسحها.</numerusform>
                <numerusform>%n مفتاحًا لها رقم PIN عشوائي لم يصل إلى صاحبه: لا أحد يعرفه. امسحها.</numerusform>
                <numerusform>%n مفتاح لها رقم PIN عشوائي لم يصل إلى صاحبه: لا أحد يعرفه. امسحها.</numerusform>
            </translation>
        </message>
        <message>
            <source>Nobody knows the PIN of one key of this model: it never reached its owner. Is it this one?</source>
            <translation>يوجد مفتاح من هذا الطراز لا يعرف أحد رقم PIN الخاص به، لأنه لم يصل إلى صاحبه. هل هو هذا المفتاح؟</translation>
        </message>
        <message>
            <source>Wipe this key: it got a random PIN that never reached its owner. Nobody knows it.</source>
            <translation>امسح هذا المفتاح: له رقم PIN عشوائي لم يصل إلى صاحبه، ولا أحد يعرف هذا الرقم.</translation>
        </message>
        <message>
            <source>no</source>
            <translation>لا</translation>
        </message>
        <message>
            <source>Kiosk</source>
            <translation>الجهاز</translation>
        </message>
        <message>
            <source>Program</source>
            <translation>البرنامج</translation>
        </message>
        <message>
            <source>Configuration</source>
            <translation>الإعدادات</translation>
        </message>
        <message>
            <source>Clock</source>
            <translation>الساعة</translation>
        </message>
        <message>
            <source>Service</source>
            <translation>الخدمة</translation>
        </message>
        <message>
            <source>Model</source>
            <translation>الطراز</translation>
        </message>
        <message>
            <source>Serial number</source>
            <translation>الرقم التسلسلي</translation>
        </message>
        <message>
            <source>Firmware</source>
            <translation>البرنامج الثابت</translation>
        </message>
        <message>
            <source>PIN</source>
            <translation>رقم PIN</translation>
        </message>
        <message>
            <source>Versions</source>
            <translation>الإصدارات</translation>
        </message>
        <message>
            <source>Free places</source>
            <translation>الأماكن الشاغرة</translation>
        </message>
        <message>
            <source>not possible</source>
            <translation>غير ممكن</translation>
        </message>
        <message>
            <source>not set</source>
            <translation>غير معيّن</translation>
        </message>
        <message>
            <source>set</source>
            <translation>معيّن</translation>
        </message>
        <message>
            <source>must be changed</source>
            <translation>يجب تغييره</translation>
        </message>
        <message>
            <source>blocked until the key is put in again</source>
            <translation>محظور حتى يُدخل المفتاح من جديد</translation>
        </message>
        <message>
            <source>blocked for good: only a reset helps</source>
            <translation>محظور نهائيًا: لا تنفع إلا إعادة الضبط</translation>
        </message>
        <message>
            <source>{state}, {tries} tries left</source>
            <translation>{state}، المحاولات المتبقية: {tries}</translation>
        </message>
        <message>
            <source>Inventory</source>
            <translation>المخزون</translation>
        </message>
        <message>
            <source>Holder</source>
            <translation>الحامل</translation>
        </message>
        <message>
            <source>Since</source>
            <translation>منذ</translation>
        </message>
        <message>
            <source>Policy refuses it</source>
            <translation>ترفضه السياسة</translation>
        </message>
        <message>
            <source>Doubts</source>
            <translation>شكوك</translation>
        </message>
        <message>
            <source>No sign-in is kept on this key.</source>
            <translation>لا توجد بيانات دخول محفوظة على هذا المفتاح.</translation>
        </message>
        <message numerus="yes">
            <source>and %n more</source>
            <translation>
                <numerusform>ولا غيرها</numerusform>
                <numerusform>وواحد غيرها</numerusform>
                <numerusform>واثنان غيرها</numerusform>
                <numerusform>و%n غيرها</numerusform>
                <numerusform>و%n غيرها</numerusform>
                <numerusform>و%n غيرها</numerusform>
            </translation>
        </message>
        <message>
            <source>{version}, {update} is there</source>
            <translation>{version}، والإصدار {update} متاح</translation>
        </message>
        <message>
            <source>cannot be reached</source>
            <translation>لا يمكن الوصول إليها</translation>
        </message>
        <message>
            <source>Unknown model</source>
            <translation>طراز غير معروف</translation>
        </message>
        <message>
            <source>Unnamed</source>
            <translation>بلا اسم</translation>
        </message>
        <message>
            <source>The desk opens when this step is done. Please try again then.</source>
            <translation>يُفتح المكتب عند انتهاء هذه الخطوة. يُرجى المحاولة عندئذٍ مرة أخرى.</translation>
        </message>
        <message>
            <source>The key is at work</source>
            <translation>المفتاح قيد العمل</translation>
        </message>
        <message>
            <source>Close</source>
            <translation>إغلاق</translation>
        </message>
        <message>
            <source>Close the desk</source>
            <translation>إغلاق المكتب</translation>
        </message>
        <message>
            <source>Continue</source>
            <translation>متابعة</translation>
        </message>
        <message>
            <source>Your name</source>
            <translation>اسمك</translation>
        </message>
        <message>
            <source>Sealed code</source>
            <translation>الرمز المختوم</translation>
        </message>
        <message>
            <source>Requests</source>
            <translation>الطلبات</translation>
        </message>
        <message>
            <source>Approve or deny what this kiosk waits for</source>
            <translation>الموافقة على ما ينتظره هذا الجهاز أو رفضه</translation>
        </message>
        <message>
            <source>Look at a key</source>
            <translation>فحص مفتاح</translation>
        </message>
        <message>
            <source>What it is, and what is known of it</source>
            <translation>ما هو، وما يُعرف عنه</translation>
        </message>
        <message>
            <source>End the visit</source>
            <translation>إنهاء الزيارة</translation>
        </message>
        <message>
            <source>The person starts over</source>
            <translation>يبدأ الشخص من جديد</translation>
        </message>
        <message>
            <source>Reference that a person was shown</source>
            <translation>المرجع الذي عُرض على الشخص</translation>
        </message>
        <message>
            <source>Look up</source>
            <translation>بحث</translation>
        </message>
        <message>
            <source>Look again</source>
            <translation>تحديث</translation>
        </message>
        <message>
            <source>Reason</source>
            <translation>السبب</translation>
        </message>
        <message>
            <source>Approve</source>
            <translation>موافقة</translation>
        </message>
        <message>
            <source>Deny</source>
            <translation>رفض</translation>
        </message>
        <message>
            <source>Back</source>
            <translation>رجوع</translation>
        </message>
        <message>
            <source>Try anyway</source>
            <translation>المحاولة على أي حال</translation>
        </message>
        <message>
            <source>Close the kiosk</source>
            <translation>إغلاق الجهاز</translation>
        </message>
        <message>
            <source>For maintenance</source>
            <translation>للصيانة</translation>
        </message>
        <message>
            <source>You said yes; a colleague is needed. {lines}</source>
            <translation>لقد وافقت؛ يلزم زميل آخر. {lines}</translation>
        </message>
        <message>
            <source>Yes</source>
            <translation>نعم</translation>
        </message>
        <message>
            <source>I have no key: sealed code</source>
            <translation>ليس لدي مفتاح: رمز مختوم</translation>
        </message>
        <message>
            <source>Sign-ins on this key</source>
            <translation>بيانات الدخول على هذا المفتاح</translation>
        </message>
        <message>
            <source>Show what is on it</source>
            <translation>عرض ما عليه</translation>
        </message>
        <message>
            <source>Please say why.</source>
            <translation>يُرجى ذكر السبب.</translation>
        </message>
        <message>
            <source>not known</source>
            <translation>غير معروف</translation>
        </message>
        <message>
            <source>in stock</source>
            <translation>في المخزون</translation>
        </message>
        <message>
            <source>given out</source>
            <translation>مسلَّم إلى حامله</translation>
        </message>
        <message>
            <source>waits to be handed over</source>
            <translation>بانتظار التسليم</translation>
        </message>
        <message>
            <source>lost</source>
            <translation>مفقود</translation>
        </message>
        <message>
            <source>returned, not wiped yet</source>
            <translation>أُعيد ولم يُمسح بعد</translation>
        </message>
        <message>
            <source>recalled</source>
            <translation>مسحوب من الاستخدام لعيب فيه</translation>
        </message>
        <message>
            <source>out of use for good</source>
            <translation>خارج الخدمة نهائيًا</translation>
        </message>
        <message>
            <source>Put your own staff key in</source>
            <translation>أدخل مفتاحك الخاص بالموظفين</translation>
        </message>
        <message>
            <source>PIN of your staff key</source>
            <translation>رقم PIN لمفتاحك الخاص بالموظفين</translation>
        </message>
        <message>
            <source>Touch your staff key</source>
            <translation>المس مفتاحك الخاص بالموظفين</translation>
        </message>
        <message>
            <source>Requests of this kiosk</source>
            <translation>طلبات هذا الجهاز</translation>
        </message>
        <message>
            <source>Put in the key to look at</source>
            <translation>أدخل المفتاح الذي تريد فحصه</translation>
        </message>
        <message>
            <source>This key</source>
            <translation>هذا المفتاح</translation>
        </message>
        <message>
            <source>PIN of this key</source>
            <translation>رقم PIN لهذا المفتاح</translation>
        </message>
        <message>
            <source>What happened</source>
            <translation>ما الذي حدث</translation>
        </message>
        <message>
            <source>End the visit?</source>
            <translation>إنهاء الزيارة؟</translation>
        </message>
        <message>
            <source>Close the kiosk?</source>
            <translation>إغلاق الجهاز؟</translation>
        </message>
        <message>
            <source>You are signed out. The person goes on when your key is out.</source>
            <translation>تم تسجيل خروجك. يتابع الشخص عندما تُخرج مفتاحك.</translation>
        </message>
        <message>
            <source>The reader must be empty before the next step.</source>
            <translation>يجب أن يكون القارئ فارغًا قبل الخطوة التالية.</translation>
        </message>
        <message>
            <source>The key is being read…</source>
            <translation>تجري قراءة المفتاح…</translation>
        </message>
        <message>
            <source>What the person has begun stays as it is.</source>
            <translation>ما بدأه الشخص يبقى كما هو.</translation>
        </message>
        <message>
            <source>One moment…</source>
            <translation>لحظة واحدة…</translation>
        </message>
        <message>
            <source>Where your key is lost or broken: your name, and a code of your sealed letter.</source>
            <translation>إذا فُقد مفتاحك أو تعطّل: اسمك ورمز من رسالتك المختومة.</translation>
        </message>
        <message>
            <source>You may look, but not approve. Ask a colleague who may.</source>
            <translation>يمكنك الاطلاع، لا الموافقة. اطلب ذلك من زميل مخوَّل.</translation>
        </message>
        <message>
            <source>Nothing is known under this reference.</source>
            <translation>لا يُعرف شيء تحت هذا المرجع.</translation>
        </message>
        <message>
            <source>The names are being read…</source>
            <translation>جارٍ قراءة الأسماء…</translation>
        </message>
        <message>
            <source>Its owner types it, for this one look. It is not kept.</source>
            <translation>يكتبه صاحب المفتاح لهذا العرض وحده، ولا يُحفظ.</translation>
        </message>
        <message>
            <source>What was begun for the person is taken back.</source>
            <translation>يُلغى ما بدأ لهذا الشخص.</translation>
        </message>
        <message>
            <source>The kiosk closes, and the computer can be used.</source>
            <translation>يُغلق الجهاز ويصبح الحاسوب متاحًا للاستخدام.</translation>
        </message>
        <message>
            <source>Confirm who this person is</source>
            <translation>تأكيد هوية هذا الشخص</translation>
        </message>
        <message>
            <source>Verify the person by an identity document</source>
            <translation>التحقق من الشخص بوثيقة هوية</translation>
        </message>
        <message>
            <source>Wipe this key</source>
            <translation>مسح هذا المفتاح</translation>
        </message>
        <message>
            <source>One more key for this person</source>
            <translation>مفتاح إضافي لهذا الشخص</translation>
        </message>
        <message>
            <source>Replace a lost key</source>
            <translation>استبدال مفتاح مفقود</translation>
        </message>
        <message>
            <source>Let a guest register</source>
            <translation>السماح بتسجيل ضيف</translation>
        </message>
        <message>
            <source>Your sign-in has run out, or was ended. Sign in again to go on.</source>
            <translation>انتهت مدة تسجيل دخولك أو أُنهيت. سجّل الدخول من جديد للمتابعة.</translation>
        </message>
        <message>
            <source>This was not accepted. Only somebody who may approve here can decide: ask an approver.</source>
            <translation>لم يُقبل هذا. لا يقرّر هنا إلا من يحق له الموافقة: اطلب ذلك من موظف مخوَّل.</translation>
        </message>
        <message>
            <source>This was not accepted. Is it your staff key, or your own code?</source>
            <translation>لم يُقبل هذا. هل هو مفتاحك الخاص بالموظفين أو رمزك أنت؟</translation>
        </message>
        <message>
            <source>Nobody waits for this any more: it was decided, or taken back.</source>
            <translation>لم يعد أحد ينتظر هذا: فقد حُسم أو سُحب.</translation>
        </message>
        <message>
            <source>Sign in again</source>
            <translation>سجّل الدخول من جديد</translation>
        </message>
        <message>
            <source>Take the key out</source>
            <translation>أخرج المفتاح</translation>
        </message>
        <message>
            <source>Nobody waits here.</source>
            <translation>لا أحد ينتظر هنا.</translation>
        </message>
        <message>
            <source>Request {number}</source>
            <translation>الطلب {number}</translation>
        </message>
        <message>
            <source>I am staff</source>
            <translation>أنا من الموظفين</translation>
        </message>
    </context>
    <context>
        <name>Done</name>
        <message>
            <source>{time} · Receipt {number}</source>
            <translation>{time} · إيصال {number}</translation>
        </message>
        <message>
            <source>Your other key</source>
            <translation>مفتاحك الآخر</translation>
        </message>
        <message>
            <source>Partly ready</source>
            <translation>جاهز جزئيًا</translation>
        </message>
        <message>
            <source>Not set up</source>
            <translation>غير مُعَدّ</translation>
        </message>
        <message>
            <source>Write down the pass below. It is shown only now.</source>
            <translation>دوّن رمز المرور أدناه. لن يظهر مرة أخرى.</translation>
        </message>
        <message>
            <source>Take it with you, and keep your PIN to yourself.</source>
            <translation>خذه معك، واحتفظ برمزك السري لنفسك.</translation>
        </message>
        <message>
            <source>Set up on</source>
            <translation>أُعدّ على</translation>
        </message>
        <message>
            <source>Your phone</source>
            <translation>هاتفك</translation>
        </message>
        <message>
            <source>Passkey saved</source>
            <translation>حُفظ مفتاح المرور</translation>
        </message>
        <message>
            <source>&lt;b&gt;Please go to the desk for the rest.&lt;/b&gt; Tell them receipt {number}.</source>
            <translation>&lt;b&gt;توجّه إلى مكتب المساعدة لإكمال الباقي.&lt;/b&gt; أعطهم رقم الإيصال {number}.</translation>
        </message>
        <message>
            <source>Tested, works</source>
            <translation>جُرّب ويعمل</translation>
        </message>
        <message>
            <source>Not set up for: {names}</source>
            <translation>غير مُعَد لـ: {names}</translation>
        </message>
        <message>
            <source>Works already</source>
            <translation>يعمل من قبل</translation>
        </message>
        <message>
            <source>Not sure yet</source>
            <translation>غير مؤكد بعد</translation>
        </message>
        <message>
            <source>Your keys are ready</source>
            <translation>مفاتيحك جاهزة</translation>
        </message>
        <message>
            <source>Your keys are partly ready</source>
            <translation>مفاتيحك جاهزة جزئيًا</translation>
        </message>
        <message>
            <source>Your phone is ready</source>
            <translation>هاتفك جاهز</translation>
        </message>
        <message>
            <source>It signs you in from now on. Keep its lock to yourself.</source>
            <translation>يسجّل دخولك من الآن. احتفظ برمز قفله لنفسك.</translation>
        </message>
        <message>
            <source>&lt;b&gt;Staff will look, you need not wait.&lt;/b&gt; Your receipt is {number}.</source>
            <translation>&lt;b&gt;سيتحقق الموظفون، ولا حاجة إلى الانتظار.&lt;/b&gt; رقم إيصالك {number}.</translation>
        </message>
        <message>
            <source>The key begins to work when it is handed over to you.</source>
            <translation>يبدأ المفتاح بالعمل عند تسليمه إليك.</translation>
        </message>
        <message>
            <source>The key that you tried first does not sign you in any more.</source>
            <translation>المفتاح الذي جرّبته أولًا لم يعد يسجّل دخولك.</translation>
        </message>
        <message>
            <source>Something that was begun is still on this key.</source>
            <translation>بقي على هذا المفتاح شيء لم يكتمل.</translation>
        </message>
        <message>
            <source>Key ending {digits}</source>
            <translation>مفتاح ينتهي بـ {digits}</translation>
        </message>
        <message>
            <source>The answer is late. Staff will look.</source>
            <translation>تأخّر الرد. سيتحقق الموظفون.</translation>
        </message>
        <message>
            <source>Your key is ready</source>
            <translation>مفتاحك جاهز</translation>
        </message>
        <message>
            <source>Your key is partly ready</source>
            <translation>مفتاحك جاهز جزئيًا</translation>
        </message>
        <message>
            <source>Finish</source>
            <translation>إنهاء</translation>
        </message>
        <message>
            <source>Your key is still in the slot.</source>
            <translation>ما زال مفتاحك في الفتحة.</translation>
        </message>
        <message>
            <source>Your key works. If you lose it, tell the desk.</source>
            <translation>مفتاحك يعمل. إذا فقدته فأبلغ مكتب المساعدة.</translation>
        </message>
        <message>
            <source>Your phone works. If you lose it, tell the desk.</source>
            <translation>هاتفك يعمل. إذا فقدته فأخبر مكتب المساعدة.</translation>
        </message>
    </context>
    <context>
        <name>Finger</name>
        <message numerus="yes">
            <source>%n more touch(es)</source>
            <translation>
                <numerusform>لم تبق أي لمسة</numerusform>
                <numerusform>بقيت لمسة واحدة</numerusform>
                <numerusform>بقيت لمستان</numerusform>
                <numerusform>بقيت %n لمسات</numerusform>
                <numerusform>بقيت %n لمسة</numerusform>
                <numerusform>بقيت %n لمسة</numerusform>
            </translation>
        </message>
        <message>
            <source>Use the finger that you will use each day.</source>
            <translation>استخدم الإصبع الذي ستستخدمه كل يوم.</translation>
        </message>
        <message>
            <source>That was the last one.</source>
            <translation>كانت تلك اللمسة الأخيرة.</translation>
        </message>
        <message>
            <source>Waiting for your finger</source>
            <translation>في انتظار إصبعك</translation>
        </message>
        <message>
            <source>Go on without</source>
            <translation>المتابعة بدونه</translation>
        </message>
        <message>
            <source>Good. Lift your finger, then touch again.</source>
            <translation>جيد. ارفع إصبعك ثم المس مرة أخرى.</translation>
        </message>
        <message>
            <source>Put your finger a little lower.</source>
            <translation>أنزل إصبعك قليلًا.</translation>
        </message>
        <message>
            <source>Put your finger a little higher.</source>
            <translation>ارفع موضع إصبعك قليلًا.</translation>
        </message>
        <message>
            <source>Put your finger a little more to the right.</source>
            <translation>حرّك إصبعك قليلًا إلى اليمين.</translation>
        </message>
        <message>
            <source>Put your finger a little more to the left.</source>
            <translation>حرّك إصبعك قليلًا إلى اليسار.</translation>
        </message>
        <message>
            <source>Leave your finger on a little longer.</source>
            <translation>أبق إصبعك مدة أطول قليلًا.</translation>
        </message>
        <message>
            <source>Lift your finger a little sooner.</source>
            <translation>ارفع إصبعك أسرع قليلًا.</translation>
        </message>
        <message>
            <source>Wipe the sensor and your finger, then touch again.</source>
            <translation>امسح المستشعر وإصبعك، ثم المس مرة أخرى.</translation>
        </message>
        <message>
            <source>Hold your finger straight.</source>
            <translation>ضع إصبعك مستقيمًا.</translation>
        </message>
        <message>
            <source>Lay more of your finger on the sensor.</source>
            <translation>ضع جزءًا أكبر من إصبعك على المستشعر.</translation>
        </message>
        <message>
            <source>That did not match. Use the same finger as before.</source>
            <translation>لم يتطابق ذلك. استخدم الإصبع نفسه.</translation>
        </message>
        <message>
            <source>The key knows this finger already. Use another one.</source>
            <translation>يعرف المفتاح هذا الإصبع من قبل. استخدم إصبعًا آخر.</translation>
        </message>
        <message>
            <source>No finger was felt. Touch the sensor.</source>
            <translation>لم يشعر المفتاح بإصبع. المس المستشعر.</translation>
        </message>
        <message>
            <source>Touch the sensor once more.</source>
            <translation>المس المستشعر مرة أخرى.</translation>
        </message>
        <message>
            <source>Touch the sensor</source>
            <translation>المس المستشعر</translation>
        </message>
        <message>
            <source>Touch and lift your finger, again and again, until the ring is full.</source>
            <translation>المس وارفع إصبعك مرة بعد مرة حتى تكتمل الحلقة.</translation>
        </message>
        <message>
            <source>Back</source>
            <translation>رجوع</translation>
        </message>
        <message>
            <source>Use one finger for all touches: the one that you will use each day.</source>
            <translation>استخدم إصبعًا واحدًا لكل اللمسات: الذي ستستخدمه كل يوم.</translation>
        </message>
        <message>
            <source>Your fingerprint stays in the key. The kiosk never sees it.</source>
            <translation>تبقى بصمتك في المفتاح، ولا يراها هذا الجهاز أبدًا.</translation>
        </message>
        <message>
            <source>Try again</source>
            <translation>المحاولة مرة أخرى</translation>
        </message>
    </context>
    <context>
        <name>HelpPanel</name>
        <message>
            <source>The people at the desk are glad to help you.</source>
            <translation>يسعد العاملين في مكتب المساعدة أن يساعدوك.</translation>
        </message>
        <message>
            <source>Help</source>
            <translation>مساعدة</translation>
        </message>
        <message>
            <source>Close</source>
            <translation>إغلاق</translation>
        </message>
        <message>
            <source>Start over</source>
            <translation>البدء من جديد</translation>
        </message>
    </context>
    <context>
        <name>Identify</name>
        <message>
            <source>One moment. We look at what you typed…</source>
            <translation>لحظة من فضلك. نراجع ما كتبته…</translation>
        </message>
        <message>
            <source>Continue</source>
            <translation>متابعة</translation>
        </message>
        <message>
            <source>Or do it another way</source>
            <translation>أو اختر طريقة أخرى</translation>
        </message>
        <message>
            <source>Who are you?</source>
            <translation>من أنت؟</translation>
        </message>
        <message>
            <source>Back</source>
            <translation>رجوع</translation>
        </message>
        <message>
            <source>Show your badge to the camera, or type its number.</source>
            <translation>ضع بطاقتك أمام الكاميرا، أو اكتب رقمها.</translation>
        </message>
        <message>
            <source>, </source>
            <comment>between the names of fields</comment>
            <translation>، </translation>
        </message>
        <message>
            <source>User name</source>
            <translation>اسم المستخدم</translation>
        </message>
        <message>
            <source>Work email</source>
            <translation>بريد العمل الإلكتروني</translation>
        </message>
        <message>
            <source>Staff number</source>
            <translation>الرقم الوظيفي</translation>
        </message>
        <message>
            <source>Phone number</source>
            <translation>رقم الهاتف</translation>
        </message>
        <message>
            <source>First name</source>
            <translation>الاسم الأول</translation>
        </message>
        <message>
            <source>Last name</source>
            <translation>اسم العائلة</translation>
        </message>
        <message>
            <source>Badge number</source>
            <translation>رقم البطاقة</translation>
        </message>
        <message>
            <source>Use my user name</source>
            <translation>استخدام اسم المستخدم</translation>
        </message>
        <message>
            <source>Use my work email</source>
            <translation>استخدام بريد العمل</translation>
        </message>
        <message>
            <source>Use my staff number</source>
            <translation>استخدام رقمي الوظيفي</translation>
        </message>
        <message>
            <source>Use my phone number</source>
            <translation>استخدام رقم هاتفي</translation>
        </message>
        <message>
            <source>Scan my badge</source>
            <translation>مسح بطاقتي</translation>
        </message>
        <message>
            <source>Use my name</source>
            <translation>استخدام اسمي</translation>
        </message>
        <message>
            <source>Type your user name. It looks like an email address.</source>
            <translation>اكتب اسم المستخدم. يشبه عنوان البريد الإلكتروني.</translation>
        </message>
        <message>
            <source>Type your work email.</source>
            <translation>اكتب بريد عملك الإلكتروني.</translation>
        </message>
        <message>
            <source>Type your staff number. It is on your staff card.</source>
            <translation>اكتب رقمك الوظيفي. تجده على بطاقة العمل.</translation>
        </message>
        <message>
            <source>Type your phone number.</source>
            <translation>اكتب رقم هاتفك.</translation>
        </message>
        <message>
            <source>Hold your badge to the reader, or type its number.</source>
            <translation>قرّب بطاقتك من القارئ، أو اكتب رقمها.</translation>
        </message>
        <message>
            <source>Fill in all the fields.</source>
            <translation>املأ كل الحقول.</translation>
        </message>
        <message>
            <source>Fill in the field.</source>
            <translation>املأ الحقل.</translation>
        </message>
    </context>
    <context>
        <name>IdleDialog</name>
        <message numerus="yes">
            <source>In %n second(s) this screen starts over and forgets what you typed.</source>
            <translation>
                <numerusform>بعد %n ثانية تبدأ هذه الشاشة من جديد وتنسى ما كتبته.</numerusform>
                <numerusform>بعد ثانية واحدة تبدأ هذه الشاشة من جديد وتنسى ما كتبته.</numerusform>
                <numerusform>بعد ثانيتين تبدأ هذه الشاشة من جديد وتنسى ما كتبته.</numerusform>
                <numerusform>بعد %n ثوانٍ تبدأ هذه الشاشة من جديد وتنسى ما كتبته.</numerusform>
                <numerusform>بعد %n ثانية تبدأ هذه الشاشة من جديد وتنسى ما كتبته.</numerusform>
                <numerusform>بعد %n ثانية تبدأ هذه الشاشة من جديد وتنسى ما كتبته.</numerusform>
            </translation>
        </message>
        <message>
            <source>Are you still there?</source>
            <translation>هل ما زلت هنا؟</translation>
        </message>
        <message>
            <source>Start over</source>
            <translation>البدء من جديد</translation>
        </message>
        <message>
            <source>I am still here</source>
            <translation>ما زلت هنا</translation>
        </message>
    </context>
    <context>
        <name>InsertKey</name>
        <message>
            <source>Put your key in the slot</source>
            <translation>أدخل مفتاحك في الفتحة</translation>
        </message>
        <message>
            <source>It is the one named {key}. Then we go on from there.</source>
            <translation>هو المفتاح المسمى {key}. ثم نكمل من حيث توقفنا.</translation>
        </message>
        <message>
            <source>The next screen opens by itself.</source>
            <translation>ستُفتح الشاشة التالية تلقائيًا.</translation>
        </message>
        <message>
            <source>My key does not fit</source>
            <translation>مفتاحي لا يدخل</translation>
        </message>
        <message>
            <source>Your key is in</source>
            <translation>مفتاحك في مكانه</translation>
        </message>
        <message>
            <source>Take the key out</source>
            <translation>أخرج المفتاح</translation>
        </message>
        <message>
            <source>Put the same key back</source>
            <translation>أعد المفتاح نفسه</translation>
        </message>
        <message>
            <source>Leave it in the slot.</source>
            <translation>اتركه في الفتحة.</translation>
        </message>
        <message>
            <source>Then we go on from there.</source>
            <translation>ثم نكمل من حيث توقفنا.</translation>
        </message>
        <message>
            <source>Looking for your key</source>
            <translation>في انتظار مفتاحك</translation>
        </message>
        <message>
            <source>Looking at your key</source>
            <translation>جارٍ فحص مفتاحك</translation>
        </message>
        <message>
            <source>Waiting until this key is out</source>
            <translation>في انتظار إخراج هذا المفتاح</translation>
        </message>
        <message>
            <source>Waiting until the slot is empty</source>
            <translation>في انتظار أن تخلو الفتحة</translation>
        </message>
        <message>
            <source>Waiting until there is only one key</source>
            <translation>في انتظار أن يبقى مفتاح واحد فقط</translation>
        </message>
        <message>
            <source>Try the key the other way round. Do not push hard.</source>
            <translation>جرّب قلب المفتاح على الوجه الآخر. لا تدفعه بقوة.</translation>
        </message>
        <message>
            <source>Some keys have another shape of plug. The desk has an adapter, or another key.</source>
            <translation>لبعض المفاتيح قابس بشكل آخر. لدى مكتب المساعدة محوّل أو مفتاح آخر.</translation>
        </message>
        <message>
            <source>Back</source>
            <translation>رجوع</translation>
        </message>
        <message>
            <source>Try again</source>
            <translation>المحاولة مرة أخرى</translation>
        </message>
        <message>
            <source>The slot is below this screen. Push until the key stops.</source>
            <translation>الفتحة أسفل هذه الشاشة. ادفع المفتاح حتى يتوقف.</translation>
        </message>
        <message>
            <source>The slot is on the left of this screen. Push until the key stops.</source>
            <translation>الفتحة على يسار هذه الشاشة. ادفع المفتاح حتى يتوقف.</translation>
        </message>
        <message>
            <source>The slot is on the right of this screen. Push until the key stops.</source>
            <translation>الفتحة على يمين هذه الشاشة. ادفع المفتاح حتى يتوقف.</translation>
        </message>
        <message>
            <source>The slot is beside this screen. Push until the key stops.</source>
            <translation>الفتحة بجانب هذه الشاشة. ادفع المفتاح حتى يتوقف.</translation>
        </message>
    </context>
    <context>
        <name>Key</name>
        <message>
            <source>full</source>
            <translation>ممتلئ</translation>
        </message>
        <message>
            <source>Your key</source>
            <translation>مفتاحك</translation>
        </message>
        <message>
            <source>A key without a name</source>
            <translation>مفتاح بلا اسم</translation>
        </message>
        <message>
            <source>On the reader</source>
            <translation>على القارئ</translation>
        </message>
        <message>
            <source>has a PIN, knows a finger</source>
            <translation>له رمز سري ويعرف إصبعًا</translation>
        </message>
        <message numerus="yes">
            <source>room for %n more</source>
            <translation>
                <numerusform>لا مكان فيه</numerusform>
                <numerusform>مكان لواحد بعد</numerusform>
                <numerusform>مكان لاثنين بعد</numerusform>
                <numerusform>مكان لـ %n بعد</numerusform>
                <numerusform>مكان لـ %n بعد</numerusform>
                <numerusform>مكان لـ %n بعد</numerusform>
            </translation>
        </message>
        <message>
            <source>cannot have a PIN</source>
            <translation>لا يقبل رمزًا سريًا</translation>
        </message>
        <message>
            <source>no PIN yet</source>
            <translation>بلا رمز سري بعد</translation>
        </message>
        <message>
            <source>has a PIN</source>
            <translation>له رمز سري</translation>
        </message>
        <message>
            <source>wants a new PIN</source>
            <translation>يطلب رمزًا سريًا جديدًا</translation>
        </message>
        <message>
            <source>pauses after wrong PINs</source>
            <translation>متوقف مؤقتًا بعد رموز خاطئة</translation>
        </message>
        <message>
            <source>locked</source>
            <translation>مقفل</translation>
        </message>
        <message>
            <source>USB port {port}</source>
            <translation>منفذ USB {port}</translation>
        </message>
    </context>
    <context>
        <name>Keyboard</name>
        <message>
            <source>Keyboard</source>
            <translation>لوحة المفاتيح</translation>
        </message>
        <message>
            <source>space</source>
            <translation>مسافة</translation>
        </message>
        <message>
            <source>Continue</source>
            <translation>متابعة</translation>
        </message>
        <message>
            <source>Capital letters</source>
            <translation>أحرف كبيرة</translation>
        </message>
        <message>
            <source>Delete</source>
            <translation>حذف</translation>
        </message>
        <message>
            <source>Put the keyboard away</source>
            <translation>إخفاء لوحة المفاتيح</translation>
        </message>
    </context>
    <context>
        <name>Keypad</name>
        <message>
            <source>Tap here or use the keyboard</source>
            <translation>المس هنا أو استخدم لوحة المفاتيح</translation>
        </message>
        <message>
            <source>Keypad</source>
            <translation>لوحة الأرقام</translation>
        </message>
        <message>
            <source>abc</source>
            <translation>أبج</translation>
        </message>
        <message>
            <source>Letters</source>
            <translation>الحروف</translation>
        </message>
        <message>
            <source>Delete</source>
            <translation>حذف</translation>
        </message>
    </context>
    <context>
        <name>KeysHeld</name>
        <message>
            <source>You have as many as your organization allows. The helpdesk can tell you more.</source>
            <translation>لديك العدد الذي تسمح به مؤسستك. يمكن لمكتب المساعدة أن يخبرك بالمزيد.</translation>
        </message>
        <message>
            <source>It works, I am done</source>
            <translation>إنه يعمل، لقد انتهيت</translation>
        </message>
        <message>
            <source>You have keys already</source>
            <translation>لديك مفاتيح بالفعل</translation>
        </message>
        <message>
            <source>You have a key already</source>
            <translation>لديك مفتاح بالفعل</translation>
        </message>
        <message>
            <source>Those that you have go on working.</source>
            <translation>تستمر المفاتيح التي لديك في العمل.</translation>
        </message>
        <message>
            <source>What are you here for?</source>
            <translation>لماذا أنت هنا؟</translation>
        </message>
        <message>
            <source>A lost key stops working once the new one was tested, not before.</source>
            <translation>يتوقف المفتاح المفقود عن العمل بعد اختبار الجديد، وليس قبل ذلك.</translation>
        </message>
        <message>
            <source>since {day}</source>
            <translation>منذ {day}</translation>
        </message>
        <message>
            <source>ending {digits}</source>
            <translation>ينتهي بـ {digits}</translation>
        </message>
        <message>
            <source>Finish</source>
            <translation>إنهاء</translation>
        </message>
        <message>
            <source>I lost this one: {name}</source>
            <translation>فقدت هذا المفتاح: {name}</translation>
        </message>
        <message>
            <source>I want one more key</source>
            <translation>أريد مفتاحًا آخر</translation>
        </message>
    </context>
    <context>
        <name>Language</name>
        <message>
            <source>English</source>
            <translation>العربية</translation>
        </message>
    </context>
    <context>
        <name>LanguagePanel</name>
        <message>
            <source>Choose a language</source>
            <translation>اختر لغة</translation>
        </message>
        <message>
            <source>Close</source>
            <translation>إغلاق</translation>
        </message>
    </context>
    <context>
        <name>Letter</name>
        <message>
            <source>You will type the PIN in it each time you use the key.</source>
            <translation>ستكتب الرمز الموجود فيها في كل مرة تستخدم فيها المفتاح.</translation>
        </message>
        <message>
            <source>Nobody keeps this PIN for you. Without it the key must be wiped.</source>
            <translation>لا يحتفظ أحد بهذا الرمز من أجلك. من دونه يجب مسح المفتاح.</translation>
        </message>
        <message>
            <source>If the letter is open, do not take it: tell the desk.</source>
            <translation>إذا كانت الرسالة مفتوحة فلا تأخذها، وأبلغ مكتب المساعدة.</translation>
        </message>
        <message>
            <source>Printing your letter</source>
            <translation>جارٍ طباعة رسالتك</translation>
        </message>
        <message>
            <source>Leave the key in. This takes about a minute.</source>
            <translation>اترك المفتاح في مكانه. يستغرق ذلك نحو دقيقة.</translation>
        </message>
        <message>
            <source>The key has its PIN already. If no letter comes, give the key to the desk.</source>
            <translation>للمفتاح رمزه السري بالفعل. إذا لم تخرج أي رسالة فسلّم المفتاح إلى مكتب المساعدة.</translation>
        </message>
        <message>
            <source>When you first use the key, you type the PIN in it, and choose one of your own.</source>
            <translation>عند أول استخدام للمفتاح تكتب الرمز الموجود فيها وتختار رمزًا خاصًا بك.</translation>
        </message>
        <message>
            <source>Print it again</source>
            <translation>طباعتها مرة أخرى</translation>
        </message>
        <message>
            <source>Try again</source>
            <translation>المحاولة مرة أخرى</translation>
        </message>
        <message>
            <source>Setting a PIN</source>
            <translation>جارٍ وضع رمز سري</translation>
        </message>
        <message>
            <source>Leave the key in. Nobody sees the PIN but you.</source>
            <translation>اترك المفتاح في مكانه. لن يرى الرمز أحد سواك.</translation>
        </message>
        <message>
            <source>Your PIN comes in a letter</source>
            <translation>رمزك السري في رسالة</translation>
        </message>
        <message>
            <source>Is your letter there?</source>
            <translation>هل خرجت رسالتك؟</translation>
        </message>
        <message>
            <source>Take it from the printer, and look whether it is closed.</source>
            <translation>خذها من الطابعة وتأكد من أنها مغلقة.</translation>
        </message>
        <message>
            <source>I have it</source>
            <translation>الرسالة معي</translation>
        </message>
    </context>
    <context>
        <name>Mailbox</name>
        <message>
            <source>Text message</source>
            <translation>رسالة نصية</translation>
        </message>
        <message>
            <source>No mail yet. The code will arrive here.</source>
            <translation>لا رسائل بعد. سيصل رمز التحقق إلى هنا.</translation>
        </message>
        <message>
            <source>Copy the code {code}</source>
            <translation>نسخ الرمز {code}</translation>
        </message>
    </context>
    <context>
        <name>Messages</name>
        <message>
            <source>{party}: {reason}</source>
            <translation>{party}: {reason}</translation>
        </message>
        <message numerus="yes">
            <source>%n second(s)</source>
            <translation>
                <numerusform>%n ثانية</numerusform>
                <numerusform>ثانية واحدة</numerusform>
                <numerusform>ثانيتين</numerusform>
                <numerusform>%n ثوانٍ</numerusform>
                <numerusform>%n ثانية</numerusform>
                <numerusform>%n ثانية</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n try(s) left.</source>
            <translation>
                <numerusform>لم تبق أي محاولة.</numerusform>
                <numerusform>بقيت محاولة واحدة.</numerusform>
                <numerusform>بقيت محاولتان.</numerusform>
                <numerusform>بقيت %n محاولات.</numerusform>
                <numerusform>بقيت %n محاولة.</numerusform>
                <numerusform>بقيت %n محاولة.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n hour(s)</source>
            <translation>
                <numerusform>%n ساعة</numerusform>
                <numerusform>ساعة واحدة</numerusform>
                <numerusform>ساعتين</numerusform>
                <numerusform>%n ساعات</numerusform>
                <numerusform>%n ساعة</numerusform>
                <numerusform>%n ساعة</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n minute(s)</source>
            <translation>
                <numerusform>%n دقيقة</numerusform>
                <numerusform>دقيقة واحدة</numerusform>
                <numerusform>دقيقتين</numerusform>
                <numerusform>%n دقائق</numerusform>
                <numerusform>%n دقيقة</numerusform>
                <numerusform>%n دقيقة</numerusform>
            </translation>
        </message>
        <message>
            <source>&lt;b&gt;{title}.&lt;/b&gt; {text}</source>
            <translation>&lt;b&gt;{title}.&lt;/b&gt; {text}</translation>
        </message>
        <message>
            <source>This key cannot be used here</source>
            <translation>لا يمكن استخدام هذا المفتاح هنا</translation>
        </message>
        <message>
            <source>Please tell the desk the reference on this screen.</source>
            <translation>يُرجى إبلاغ مكتب المساعدة بالمرجع الظاهر على هذه الشاشة.</translation>
        </message>
        <message>
            <source>Take the key out of the slot.</source>
            <translation>أخرج المفتاح من الفتحة.</translation>
        </message>
        <message>
            <source>Ask the desk for a key that fits, or try another one.</source>
            <translation>اطلب من مكتب المساعدة مفتاحًا مناسبًا، أو جرّب مفتاحًا آخر.</translation>
        </message>
        <message>
            <source>Wait a moment, and put it back.</source>
            <translation>انتظر لحظة، ثم أعده.</translation>
        </message>
        <message>
            <source>Please start again. It takes about two minutes.</source>
            <translation>يُرجى البدء من جديد. يستغرق ذلك نحو دقيقتين.</translation>
        </message>
        <message>
            <source>Something is wrong with the key</source>
            <translation>هناك خلل في المفتاح</translation>
        </message>
        <message>
            <source>Take it out and put it back. If it happens again, use another key.</source>
            <translation>أخرجه ثم أعده. إذا تكرر ذلك فاستخدم مفتاحًا آخر.</translation>
        </message>
        <message>
            <source>This kiosk may not use the key</source>
            <translation>لا يُسمح لهذا الجهاز باستخدام المفتاح</translation>
        </message>
        <message>
            <source>Your key is fine, but the kiosk is not allowed to use it yet.</source>
            <translation>مفتاحك سليم، لكن لا يُسمح لهذا الجهاز باستخدامه بعد.</translation>
        </message>
        <message>
            <source>The key came out</source>
            <translation>خرج المفتاح من مكانه</translation>
        </message>
        <message>
            <source>Put the same key back.</source>
            <translation>أعد المفتاح نفسه.</translation>
        </message>
        <message>
            <source>That is a different key</source>
            <translation>هذا مفتاح مختلف</translation>
        </message>
        <message>
            <source>Put the first one back.</source>
            <translation>أعد المفتاح الأول.</translation>
        </message>
        <message>
            <source>The key is busy</source>
            <translation>المفتاح مشغول</translation>
        </message>
        <message>
            <source>Another program uses it. Take it out, wait a moment, and put it back.</source>
            <translation>يستخدمه برنامج آخر. أخرجه، وانتظر لحظة، ثم أعده.</translation>
        </message>
        <message>
            <source>The key does not answer</source>
            <translation>المفتاح لا يستجيب</translation>
        </message>
        <message>
            <source>Take it out, wait a moment, and put it back.</source>
            <translation>أخرجه، وانتظر لحظة، ثم أعده.</translation>
        </message>
        <message>
            <source>We cannot read this key</source>
            <translation>لا يمكننا قراءة هذا المفتاح</translation>
        </message>
        <message>
            <source>The kiosk lost the key for a moment</source>
            <translation>فقد هذا الجهاز المفتاح للحظة</translation>
        </message>
        <message>
            <source>It is our fault, not yours. Take the key out and put it back.</source>
            <translation>الخطأ منا وليس منك. أخرج المفتاح ثم أعده.</translation>
        </message>
        <message>
            <source>It cannot do what your organization asks for.</source>
            <translation>لا يستطيع ما تطلبه مؤسستك.</translation>
        </message>
        <message>
            <source>This key is too old</source>
            <translation>هذا المفتاح قديم جدًا</translation>
        </message>
        <message>
            <source>This key cannot have a PIN</source>
            <translation>لا يمكن أن يكون لهذا المفتاح رمز سري</translation>
        </message>
        <message>
            <source>Your organization asks for a key with a PIN.</source>
            <translation>تطلب مؤسستك مفتاحًا له رمز سري.</translation>
        </message>
        <message>
            <source>It has no way to store a sign-in.</source>
            <translation>لا يمكنه حفظ بيانات تسجيل الدخول.</translation>
        </message>
        <message>
            <source>It does not work with the sign-in of your organization.</source>
            <translation>لا يعمل مع نظام تسجيل الدخول في مؤسستك.</translation>
        </message>
        <message>
            <source>It lacks something that your organization asks for.</source>
            <translation>ينقصه شيء تطلبه مؤسستك.</translation>
        </message>
        <message>
            <source>It cannot be set the way that your organization asks for.</source>
            <translation>لا يمكن ضبطه كما تطلب مؤسستك.</translation>
        </message>
        <message>
            <source>This key knows enough fingers</source>
            <translation>يعرف هذا المفتاح ما يكفي من الأصابع</translation>
        </message>
        <message>
            <source>It has no room for another one. One that it knows works as well.</source>
            <translation>لا مكان فيه لإصبع آخر. يعمل أيضًا بإصبع يعرفه.</translation>
        </message>
        <message>
            <source>This key is full</source>
            <translation>هذا المفتاح ممتلئ</translation>
        </message>
        <message>
            <source>It has no room for another sign-in.</source>
            <translation>لا مكان فيه لبيانات دخول أخرى.</translation>
        </message>
        <message>
            <source>The office computer has a problem</source>
            <translation>في حاسوب المؤسسة مشكلة</translation>
        </message>
        <message>
            <source>It asked your key for something that no key can do. Your key is fine.</source>
            <translation>طلب من مفتاحك شيئًا لا يستطيعه أي مفتاح. مفتاحك سليم.</translation>
        </message>
        <message>
            <source>This key is set up already</source>
            <translation>هذا المفتاح مُعدّ من قبل</translation>
        </message>
        <message>
            <source>It is in your account, so you can use it as it is.</source>
            <translation>هو مضاف إلى حسابك، ويمكنك استخدامه كما هو.</translation>
        </message>
        <message>
            <source>That PIN is not right</source>
            <translation>الرمز السري غير صحيح</translation>
        </message>
        <message>
            <source>Please try again.</source>
            <translation>يُرجى المحاولة مرة أخرى.</translation>
        </message>
        <message>
            <source>Take the key out and put it back</source>
            <translation>أخرج المفتاح ثم أعده</translation>
        </message>
        <message>
            <source>The key pauses after three wrong PINs. Then you can try again.</source>
            <translation>يتوقف المفتاح مؤقتًا بعد ثلاثة رموز سرية خاطئة. بعدها يمكنك المحاولة مرة أخرى.</translation>
        </message>
        <message>
            <source>This key is locked</source>
            <translation>هذا المفتاح مقفل</translation>
        </message>
        <message>
            <source>There were too many wrong PINs. The desk can clear it.</source>
            <translation>أُدخل الرمز السري خطأً مرات كثيرة. يستطيع مكتب المساعدة مسحه.</translation>
        </message>
        <message>
            <source>The key does not take this PIN</source>
            <translation>لا يقبل المفتاح هذا الرمز السري</translation>
        </message>
        <message>
            <source>Please choose another one that is harder to guess.</source>
            <translation>يُرجى اختيار رمز آخر يصعب تخمينه.</translation>
        </message>
        <message>
            <source>This key has a PIN already</source>
            <translation>لهذا المفتاح رمز سري من قبل</translation>
        </message>
        <message>
            <source>Type the PIN that it has.</source>
            <translation>اكتب رمزه السري.</translation>
        </message>
        <message>
            <source>The key asks for its PIN again</source>
            <translation>يطلب المفتاح رمزه السري مرة أخرى</translation>
        </message>
        <message>
            <source>Take it out, put it back, and type the PIN once more.</source>
            <translation>أخرجه ثم أعده، واكتب الرمز السري مرة أخرى.</translation>
        </message>
        <message>
            <source>The PIN of this key must be changed</source>
            <translation>يجب تغيير الرمز السري لهذا المفتاح</translation>
        </message>
        <message>
            <source>It works again once that is done.</source>
            <translation>سيعمل من جديد بعد ذلك.</translation>
        </message>
        <message>
            <source>The key does not know this finger</source>
            <translation>لا يعرف المفتاح هذا الإصبع</translation>
        </message>
        <message>
            <source>After too many tries it asks for its PIN instead.</source>
            <translation>بعد محاولات كثيرة يطلب رمزه السري بدلًا منه.</translation>
        </message>
        <message>
            <source>That was a little too late</source>
            <translation>تأخر ذلك قليلًا</translation>
        </message>
        <message>
            <source>Nothing was wiped. Put the key in again, and touch it at once.</source>
            <translation>لم يُمسح شيء. أدخل المفتاح مرة أخرى والمسه فورًا.</translation>
        </message>
        <message>
            <source>This key does not let itself be wiped here</source>
            <translation>لا يمكن مسح هذا المفتاح هنا</translation>
        </message>
        <message>
            <source>Nothing was changed. The desk can wipe it in another way.</source>
            <translation>لم يتغير شيء. يستطيع مكتب المساعدة مسحه بطريقة أخرى.</translation>
        </message>
        <message>
            <source>Time ran out</source>
            <translation>انتهى الوقت</translation>
        </message>
        <message>
            <source>The key was not touched in time. Nothing was changed.</source>
            <translation>لم يُلمس المفتاح في الوقت المحدد. لم يتغير شيء.</translation>
        </message>
        <message>
            <source>The key was stopped</source>
            <translation>أُوقف المفتاح</translation>
        </message>
        <message>
            <source>It does nothing now. You can try again.</source>
            <translation>لا يفعل شيئًا الآن. يمكنك المحاولة مرة أخرى.</translation>
        </message>
        <message>
            <source>Something stays on the key</source>
            <translation>بقي شيء على المفتاح</translation>
        </message>
        <message>
            <source>This key does not let us take back what was begun.</source>
            <translation>لا يسمح هذا المفتاح بالتراجع عما بدأ.</translation>
        </message>
        <message>
            <source>Take this key with you.</source>
            <translation>خذ هذا المفتاح معك.</translation>
        </message>
        <message>
            <source>If you want a second key, put that one in.</source>
            <translation>إذا أردت مفتاحًا ثانيًا فأدخله.</translation>
        </message>
        <message>
            <source>Take it to the desk, or use another key.</source>
            <translation>خذه إلى مكتب المساعدة، أو استخدم مفتاحًا آخر.</translation>
        </message>
        <message>
            <source>Ask the desk to change its PIN, or use another key.</source>
            <translation>اطلب من مكتب المساعدة تغيير رمزه السري، أو استخدم مفتاحًا آخر.</translation>
        </message>
        <message>
            <source>This kiosk has no printer for it. Nothing was done with your key.</source>
            <translation>لا توجد طابعة لهذا الجهاز. لم يتغير شيء في مفتاحك.</translation>
        </message>
        <message>
            <source>This kiosk is not ready</source>
            <translation>هذا الجهاز غير جاهز</translation>
        </message>
        <message>
            <source>Something went wrong</source>
            <translation>حدث خطأ ما</translation>
        </message>
        <message>
            <source>It is written down for the staff.</source>
            <translation>سُجّل ذلك للموظفين.</translation>
        </message>
        <message>
            <source>A setting is missing or wrong.</source>
            <translation>هناك إعداد ناقص أو خاطئ.</translation>
        </message>
        <message>
            <source>Its own sign-in to the office computer is missing.</source>
            <translation>بيانات دخوله إلى حاسوب المؤسسة ناقصة.</translation>
        </message>
        <message>
            <source>There is no screen to show anything on.</source>
            <translation>لا توجد شاشة لعرض شيء عليها.</translation>
        </message>
        <message>
            <source>Another program is in its way.</source>
            <translation>يعيقه برنامج آخر.</translation>
        </message>
        <message>
            <source>It has no room left to keep its records.</source>
            <translation>لم يبق مكان لحفظ سجلاته.</translation>
        </message>
        <message>
            <source>Its records cannot be read. They were put aside.</source>
            <translation>تعذّرت قراءة سجلاته، ووُضعت جانبًا.</translation>
        </message>
        <message>
            <source>This does not look right</source>
            <translation>يبدو أن هناك خطأ</translation>
        </message>
        <message>
            <source>Please check what you typed.</source>
            <translation>يُرجى مراجعة ما كتبته.</translation>
        </message>
        <message>
            <source>There is more than one key</source>
            <translation>هناك أكثر من مفتاح</translation>
        </message>
        <message>
            <source>Leave only the one that you want to set up.</source>
            <translation>اترك فقط المفتاح الذي تريد إعداده.</translation>
        </message>
        <message>
            <source>Your organization does not use this type of key.</source>
            <translation>لا تستخدم مؤسستك هذا النوع من المفاتيح.</translation>
        </message>
        <message>
            <source>Please use the same slot</source>
            <translation>يُرجى استخدام الفتحة نفسها</translation>
        </message>
        <message>
            <source>Put the key back where it was, so that we know it again.</source>
            <translation>أعد المفتاح إلى مكانه السابق حتى نتعرف عليه.</translation>
        </message>
        <message>
            <source>The desk did not agree</source>
            <translation>لم يوافق مكتب المساعدة</translation>
        </message>
        <message>
            <source>Nothing was wiped. Please ask the people at the desk.</source>
            <translation>لم يُمسح شيء. يُرجى سؤال العاملين في مكتب المساعدة.</translation>
        </message>
        <message>
            <source>The key is not protected as it should be</source>
            <translation>المفتاح غير محمي كما يجب</translation>
        </message>
        <message>
            <source>We looked once more, and something is missing. Please do not use this key yet.</source>
            <translation>تحققنا مرة أخرى فوجدنا شيئًا ناقصًا. يُرجى عدم استخدام هذا المفتاح بعد.</translation>
        </message>
        <message>
            <source>Staff said no</source>
            <translation>رفض الموظفون</translation>
        </message>
        <message>
            <source>You can ask once more, or go back.</source>
            <translation>يمكنك أن تطلب مرة أخرى أو أن ترجع.</translation>
        </message>
        <message>
            <source>This is the key that is done already</source>
            <translation>هذا هو المفتاح الجاهز بالفعل</translation>
        </message>
        <message>
            <source>Please take it out, and put in another one.</source>
            <translation>يُرجى إخراجه وإدخال مفتاح آخر.</translation>
        </message>
        <message>
            <source>The letter with your PIN did not come out</source>
            <translation>لم تخرج الرسالة التي فيها رمزك السري</translation>
        </message>
        <message>
            <source>The printer may be out of paper, or off. Please tell the desk.</source>
            <translation>ربما نفد ورق الطابعة أو أنها مطفأة. يُرجى إبلاغ مكتب المساعدة.</translation>
        </message>
        <message>
            <source>That took too long</source>
            <translation>استغرق ذلك وقتًا طويلًا</translation>
        </message>
        <message>
            <source>For your safety we forgot what you typed. Please start again.</source>
            <translation>حفاظًا على أمانك نسينا ما كتبته. يُرجى البدء من جديد.</translation>
        </message>
        <message>
            <source>Please try again in a few minutes.</source>
            <translation>يُرجى المحاولة بعد بضع دقائق.</translation>
        </message>
        <message>
            <source>We cannot reach the office computer</source>
            <translation>لا يمكننا الوصول إلى حاسوب المؤسسة</translation>
        </message>
        <message>
            <source>Please wait a little, or tell the desk.</source>
            <translation>يُرجى الانتظار قليلًا أو إبلاغ مكتب المساعدة.</translation>
        </message>
        <message>
            <source>We are not sure that this is your office computer</source>
            <translation>لسنا متأكدين من أن هذا حاسوب مؤسستك</translation>
        </message>
        <message>
            <source>For your safety we send nothing to it.</source>
            <translation>حفاظًا على أمانك لا نرسل إليه شيئًا.</translation>
        </message>
        <message>
            <source>Please try again in a few minutes, or tell the desk.</source>
            <translation>يُرجى المحاولة بعد بضع دقائق، أو إبلاغ مكتب المساعدة.</translation>
        </message>
        <message>
            <source>The office computer does not know this kiosk</source>
            <translation>حاسوب المؤسسة لا يعرف هذا الجهاز</translation>
        </message>
        <message>
            <source>Staff must connect it again.</source>
            <translation>يجب أن يعيد الموظفون ربطه.</translation>
        </message>
        <message>
            <source>Your organization has switched off this kiosk</source>
            <translation>أوقفت مؤسستك هذا الجهاز</translation>
        </message>
        <message>
            <source>Nothing can be set up here. Please ask the desk for another kiosk.</source>
            <translation>لا يمكن إعداد أي شيء هنا. يُرجى سؤال مكتب المساعدة عن جهاز آخر.</translation>
        </message>
        <message>
            <source>This code does not work</source>
            <translation>هذا الرمز لا يعمل</translation>
        </message>
        <message>
            <source>It may be mistyped, used already, or too old. Look again, or make a new one in the console.</source>
            <translation>قد يكون مكتوبًا خطأً، أو مستخدَمًا من قبل، أو قديمًا جدًا. تحقق منه، أو أنشئ رمزًا جديدًا في لوحة الإدارة.</translation>
        </message>
        <message>
            <source>The office computer did not accept this</source>
            <translation>لم يقبل حاسوب المؤسسة هذا</translation>
        </message>
        <message>
            <source>Staff must say yes first</source>
            <translation>يجب أن يوافق الموظفون أولًا</translation>
        </message>
        <message>
            <source>They cannot be asked from here. Please go to the desk.</source>
            <translation>لا يمكن سؤالهم من هنا. يُرجى التوجه إلى المكتب.</translation>
        </message>
        <message>
            <source>You have enough keys</source>
            <translation>لديك ما يكفي من المفاتيح</translation>
        </message>
        <message>
            <source>Your organization allows no more. The helpdesk can tell you more.</source>
            <translation>لا تسمح مؤسستك بالمزيد. يمكن لمكتب المساعدة أن يخبرك بالمزيد.</translation>
        </message>
        <message>
            <source>That code is not right</source>
            <translation>رمز التحقق غير صحيح</translation>
        </message>
        <message>
            <source>Please look again, and type it once more.</source>
            <translation>يُرجى النظر إليه ثانيةً وكتابته مرة أخرى.</translation>
        </message>
        <message>
            <source>That code is too old</source>
            <translation>انتهت صلاحية رمز التحقق</translation>
        </message>
        <message>
            <source>We can send a new one.</source>
            <translation>يمكننا إرسال رمز جديد.</translation>
        </message>
        <message>
            <source>A code is on its way</source>
            <translation>رمز التحقق في الطريق إليك</translation>
        </message>
        <message>
            <source>You can ask for another one in {time}.</source>
            <translation>يمكنك طلب رمز آخر بعد {time}.</translation>
        </message>
        <message>
            <source>Too many tries</source>
            <translation>محاولات كثيرة جدًا</translation>
        </message>
        <message>
            <source>Please wait {time}, or ask the desk.</source>
            <translation>يُرجى الانتظار مدة {time}، أو اسأل مكتب المساعدة.</translation>
        </message>
        <message>
            <source>We could not check that it is you</source>
            <translation>تعذّر علينا التحقق من هويتك</translation>
        </message>
        <message>
            <source>Something does not match. Please try again, or ask the desk.</source>
            <translation>هناك ما لا يتطابق. يُرجى المحاولة مرة أخرى، أو اسأل مكتب المساعدة.</translation>
        </message>
        <message>
            <source>This way does not work right now</source>
            <translation>هذه الطريقة لا تعمل الآن</translation>
        </message>
        <message>
            <source>Please choose another one, or ask the desk.</source>
            <translation>يُرجى اختيار طريقة أخرى، أو اسأل مكتب المساعدة.</translation>
        </message>
        <message>
            <source>Somebody has to look at this first</source>
            <translation>يجب أن يراجع أحد العاملين هذا أولًا</translation>
        </message>
        <message>
            <source>You are registered. Please go to the desk, they can let you go on.</source>
            <translation>تم تسجيلك. يُرجى التوجه إلى مكتب المساعدة ليسمحوا لك بالمتابعة.</translation>
        </message>
        <message>
            <source>What is to be accepted has changed</source>
            <translation>تغيّر ما يجب قبوله</translation>
        </message>
        <message>
            <source>Please go on, and read the new text.</source>
            <translation>يُرجى المتابعة وقراءة النص الجديد.</translation>
        </message>
        <message>
            <source>Your app cannot be set up now</source>
            <translation>لا يمكن إعداد تطبيقك الآن</translation>
        </message>
        <message>
            <source>Your key works all the same. Please ask the desk about the app.</source>
            <translation>مفتاحك يعمل رغم ذلك. يُرجى سؤال مكتب المساعدة عن التطبيق.</translation>
        </message>
        <message>
            <source>It does not work with a phone right now</source>
            <translation>لا يمكن استخدام الهاتف الآن</translation>
        </message>
        <message>
            <source>Please try again in a minute, or go on without.</source>
            <translation>يُرجى المحاولة مرة أخرى بعد دقيقة، أو المتابعة من دونه.</translation>
        </message>
        <message>
            <source>We do not know this number or code</source>
            <translation>لا نعرف هذا الرقم أو الرمز</translation>
        </message>
        <message>
            <source>Please look again. It must be from a project of this organization.</source>
            <translation>يُرجى التحقق مرة أخرى. يجب أن يكون من أحد مشاريع هذه المؤسسة.</translation>
        </message>
        <message>
            <source>This number belongs to somebody else</source>
            <translation>هذا الرقم لشخص آخر</translation>
        </message>
        <message>
            <source>Or you have another one in this project already. The desk can look it up.</source>
            <translation>أو لديك رقم آخر في هذا المشروع. يمكن لمكتب المساعدة التحقق من ذلك.</translation>
        </message>
        <message>
            <source>All numbers of this project are taken</source>
            <translation>نفدت أرقام هذا المشروع</translation>
        </message>
        <message>
            <source>Please tell the desk, so that more can be given out.</source>
            <translation>يُرجى إبلاغ مكتب المساعدة حتى تُتاح أرقام أخرى.</translation>
        </message>
        <message>
            <source>This visit took too long</source>
            <translation>استغرقت هذه الزيارة وقتًا أطول من اللازم</translation>
        </message>
        <message>
            <source>For your safety this visit has ended. Please start again.</source>
            <translation>حفاظًا على أمانك انتهت هذه الزيارة. يُرجى البدء من جديد.</translation>
        </message>
        <message>
            <source>Please touch the key once more. Your PIN is still good.</source>
            <translation>يُرجى لمس المفتاح مرة أخرى. ما زال رمزك السري صالحًا.</translation>
        </message>
        <message>
            <source>This place does not answer</source>
            <translation>هذه الجهة لا تستجيب</translation>
        </message>
        <message>
            <source>It may be busy. Please wait a little, or ask the desk.</source>
            <translation>قد تكون مشغولة. انتظر قليلًا، أو اسأل مكتب المساعدة.</translation>
        </message>
        <message>
            <source>Your account did not take this key</source>
            <translation>لم يقبل حسابك هذا المفتاح</translation>
        </message>
        <message>
            <source>The office computer did not accept it.</source>
            <translation>لم يقبله حاسوب المؤسسة.</translation>
        </message>
        <message>
            <source>The key did not pass the test</source>
            <translation>لم يجتز المفتاح الاختبار</translation>
        </message>
        <message>
            <source>A sign-in with it did not work, so it is not set up.</source>
            <translation>لم ينجح الدخول به، ولذلك لم يُعدّ.</translation>
        </message>
        <message>
            <source>We do not know yet whether it worked</source>
            <translation>لا نعرف بعد هل نجح ذلك</translation>
        </message>
        <message>
            <source>The answer got lost on its way, so we ask again.</source>
            <translation>ضاع الرد في الطريق، لذلك نسأل مرة أخرى.</translation>
        </message>
        <message>
            <source>Something got mixed up</source>
            <translation>حدث التباس ما</translation>
        </message>
        <message>
            <source>Something is missing</source>
            <translation>هناك شيء ناقص</translation>
        </message>
        <message>
            <source>Please fill in every field.</source>
            <translation>يُرجى ملء كل الحقول.</translation>
        </message>
        <message>
            <source>This is too long</source>
            <translation>هذا أطول من المسموح</translation>
        </message>
        <message>
            <source>One of the characters cannot be used here</source>
            <translation>أحد الأحرف لا يمكن استخدامه هنا</translation>
        </message>
        <message>
            <source>Please type it again without that character.</source>
            <translation>يُرجى كتابته مرة أخرى من دون هذا الحرف.</translation>
        </message>
        <message>
            <source>This code is for another service</source>
            <translation>هذا الرمز لخدمة أخرى</translation>
        </message>
        <message>
            <source>Please take one from the console that this kiosk belongs to.</source>
            <translation>يُرجى أخذ رمز من لوحة الإدارة التي يتبع لها هذا الجهاز.</translation>
        </message>
        <message>
            <source>It was not accepted there.</source>
            <translation>لم يُقبل هناك.</translation>
        </message>
        <message>
            <source>It is a practice key made of software.</source>
            <translation>هو مفتاح للتدريب، برنامج وليس جهازًا.</translation>
        </message>
        <message>
            <source>It is too old to do what your organization asks for.</source>
            <translation>هو أقدم من أن يلبّي ما تطلبه مؤسستك.</translation>
        </message>
        <message>
            <source>It cannot have a PIN, and your organization asks for one.</source>
            <translation>لا يمكن أن يكون له رمز سري، ومؤسستك تطلب ذلك.</translation>
        </message>
        <message>
            <source>It has a PIN already. Here only new keys are set up.</source>
            <translation>له رمز سري من قبل. تُعدّ هنا المفاتيح الجديدة فقط.</translation>
        </message>
        <message>
            <source>It is an older make than your organization allows.</source>
            <translation>إصداره أقدم مما تسمح به مؤسستك.</translation>
        </message>
        <message>
            <source>It lacks a security approval that your organization asks for.</source>
            <translation>ينقصه اعتماد أمني تطلبه مؤسستك.</translation>
        </message>
        <message>
            <source>It cannot insist on a long PIN.</source>
            <translation>لا يستطيع اشتراط رمز سري طويل.</translation>
        </message>
        <message>
            <source>It insists on a longer PIN than is used here.</source>
            <translation>يشترط رمزًا سريًا أطول مما يُستخدم هنا.</translation>
        </message>
        <message>
            <source>It cannot ask you for a PIN of your own.</source>
            <translation>لا يستطيع أن يطلب منك رمزًا سريًا خاصًا بك.</translation>
        </message>
        <message>
            <source>Its PIN must be changed first.</source>
            <translation>يجب تغيير رمزه السري أولًا.</translation>
        </message>
        <message>
            <source>It cannot ask for its PIN each time.</source>
            <translation>لا يستطيع طلب رمزه السري في كل مرة.</translation>
        </message>
        <message>
            <source>It asks for its PIN each time, which is not wanted here.</source>
            <translation>يطلب رمزه السري في كل مرة، وهذا غير مرغوب هنا.</translation>
        </message>
        <message>
            <source>It cannot show that it belongs to your organization.</source>
            <translation>لا يستطيع إثبات أنه لمؤسستك.</translation>
        </message>
        <message>
            <source>It belongs to an organization already.</source>
            <translation>هو تابع لمؤسسة من قبل.</translation>
        </message>
        <message>
            <source>It has no sensor for a finger.</source>
            <translation>ليس فيه مستشعر للإصبع.</translation>
        </message>
        <message>
            <source>It knows a finger already.</source>
            <translation>يعرف إصبعًا من قبل.</translation>
        </message>
        <message>
            <source>A sign-in on it cannot be deleted again.</source>
            <translation>لا يمكن حذف بيانات الدخول منه لاحقًا.</translation>
        </message>
        <message>
            <source>It is locked after too many wrong PINs.</source>
            <translation>هو مقفل بعد رموز سرية خاطئة كثيرة.</translation>
        </message>
        <message>
            <source>It cannot do what is asked for there.</source>
            <translation>لا يستطيع القيام بما هو مطلوب هناك.</translation>
        </message>
        <message>
            <source>It cannot sign in the way that is asked for.</source>
            <translation>لا يستطيع تسجيل الدخول بالطريقة المطلوبة.</translation>
        </message>
        <message>
            <source>It lacks something that is asked for.</source>
            <translation>ينقصه شيء مطلوب.</translation>
        </message>
        <message>
            <source>It does not show who made it.</source>
            <translation>لا يبيّن الجهة التي صنعته.</translation>
        </message>
        <message>
            <source>Nobody vouches for this type of key.</source>
            <translation>لا أحد يضمن هذا النوع من المفاتيح.</translation>
        </message>
        <message>
            <source>This type of key has lost its security approval.</source>
            <translation>فقد هذا النوع من المفاتيح اعتماده الأمني.</translation>
        </message>
        <message>
            <source>A weakness was found in this type of key.</source>
            <translation>اكتُشف ضعف في هذا النوع من المفاتيح.</translation>
        </message>
        <message>
            <source>A weakness was found in this make of the key.</source>
            <translation>اكتُشف ضعف في هذا الإصدار من المفتاح.</translation>
        </message>
        <message>
            <source>We could not make sure that it comes from its maker.</source>
            <translation>لم نتمكن من التأكد من أنه من صانعه.</translation>
        </message>
        <message>
            <source>You have no account there yet.</source>
            <translation>ليس لديك حساب هناك بعد.</translation>
        </message>
        <message>
            <source>Your account there is switched off.</source>
            <translation>حسابك هناك موقوف.</translation>
        </message>
        <message>
            <source>Your account there has no room for another key.</source>
            <translation>لا مكان في حسابك هناك لمفتاح آخر.</translation>
        </message>
        <message>
            <source>This key is in your account there already.</source>
            <translation>هذا المفتاح موجود في حسابك هناك من قبل.</translation>
        </message>
        <message>
            <source>It did not answer.</source>
            <translation>لم تستجب.</translation>
        </message>
        <message>
            <source>A test sign-in did not work.</source>
            <translation>لم ينجح تسجيل دخول تجريبي.</translation>
        </message>
        <message>
            <source>It did not take the key.</source>
            <translation>لم تقبل المفتاح.</translation>
        </message>
        <message>
            <source>It does not use this type of key.</source>
            <translation>لا تستخدم هذا النوع من المفاتيح.</translation>
        </message>
        <message>
            <source>It asked for something that no key can do.</source>
            <translation>طلبت شيئًا لا يستطيعه أي مفتاح.</translation>
        </message>
        <message>
            <source>We cannot look up this type of key at the moment.</source>
            <translation>لا يمكننا التحقّق من هذا النوع من المفاتيح حاليًا.</translation>
        </message>
        <message>
            <source>Its maker has given up this type of key.</source>
            <translation>توقّف صانعه عن دعم هذا النوع من المفاتيح.</translation>
        </message>
        <message>
            <source>What we know of this type of key is out of date.</source>
            <translation>ما نعرفه عن هذا النوع من المفاتيح قديم.</translation>
        </message>
        <message>
            <source>A weakness was found in some keys of this type.</source>
            <translation>اكتُشفت ثغرة في بعض المفاتيح من هذا النوع.</translation>
        </message>
        <message>
            <source>A weakness was found in some makes of it, and it does not tell its own.</source>
            <translation>اكتُشفت ثغرة في بعض إصداراته، وهو لا يفصح عن إصداره.</translation>
        </message>
        <message>
            <source>Its software is out of date.</source>
            <translation>برمجيته قديمة.</translation>
        </message>
        <message>
            <source>It claims to be another type of key than it is.</source>
            <translation>يدّعي أنه نوع آخر غير نوعه الحقيقي.</translation>
        </message>
        <message>
            <source>Its maker is not one that your organization trusts.</source>
            <translation>صانعه ليس من الجهات التي تثق بها مؤسستك.</translation>
        </message>
        <message>
            <source>The proof of who made it is not valid today.</source>
            <translation>إثبات هوية صانعه غير صالح اليوم.</translation>
        </message>
        <message>
            <source>Security keys are not in use there yet.</source>
            <translation>مفاتيح الأمان غير مستخدمة هناك بعد.</translation>
        </message>
        <message>
            <source>It did not let us set up your key.</source>
            <translation>لم يسمح لنا بإعداد مفتاحك.</translation>
        </message>
        <message>
            <source>You have more than one account there.</source>
            <translation>لديك أكثر من حساب هناك.</translation>
        </message>
        <message>
            <source>It took too long.</source>
            <translation>استغرق الأمر وقتًا طويلًا.</translation>
        </message>
        <message>
            <source>It belongs to somebody else.</source>
            <translation>إنه يخص شخصًا آخر.</translation>
        </message>
        <message>
            <source>A fault was found in this type of key. It is not given out any more.</source>
            <translation>وُجد خلل في هذا النوع من المفاتيح، ولم يعد يُسلَّم.</translation>
        </message>
        <message>
            <source>It was reported lost. Please give it to the staff.</source>
            <translation>تم الإبلاغ عن فقدانه. يُرجى تسليمه إلى الموظفين.</translation>
        </message>
        <message>
            <source>It was taken out of use.</source>
            <translation>أُوقف استخدامه.</translation>
        </message>
        <message>
            <source>It is not one of the keys that are given out here.</source>
            <translation>ليس من المفاتيح التي تُسلَّم هنا.</translation>
        </message>
        <message>
            <source>You have as many keys as your organization allows.</source>
            <translation>لديك أكبر عدد من المفاتيح تسمح به مؤسستك.</translation>
        </message>
    </context>
    <context>
        <name>MobileId</name>
        <message>
            <source>One moment. We look it up…</source>
            <translation>لحظة من فضلك. نبحث عنه…</translation>
        </message>
        <message>
            <source>Hold its code to the reader, or type the number.</source>
            <translation>ضع رمزه أمام القارئ، أو اكتب الرقم.</translation>
        </message>
        <message>
            <source>Number or code</source>
            <translation>الرقم أو الرمز</translation>
        </message>
        <message>
            <source>I have none</source>
            <translation>ليس لدي هوية</translation>
        </message>
        <message>
            <source>Hold its code to the camera, or type the number.</source>
            <translation>ضع رمزه أمام الكاميرا، أو اكتب الرقم.</translation>
        </message>
        <message>
            <source>Continue</source>
            <translation>متابعة</translation>
        </message>
        <message>
            <source>Your number: {number}</source>
            <translation>رقمك: {number}</translation>
        </message>
        <message>
            <source>Do you have a mobile ID?</source>
            <translation>هل لديك هوية على الهاتف؟</translation>
        </message>
        <message>
            <source>The project knows it already</source>
            <translation>المشروع يعرفه من قبل</translation>
        </message>
        <message>
            <source>The project will be told</source>
            <translation>سيتم إبلاغ المشروع</translation>
        </message>
        <message>
            <source>This is your number</source>
            <translation>هذا رقمك</translation>
        </message>
        <message>
            <source>It is the number that the page of your project shows on your phone.</source>
            <translation>هو الرقم الذي تعرضه صفحة مشروعك على هاتفك.</translation>
        </message>
        <message>
            <source>The code of the project, on a sheet or a poster, gives you a number now.</source>
            <translation>رمز المشروع المطبوع على ورقة أو ملصق يعطيك رقمًا الآن.</translation>
        </message>
        <message>
            <source>That happens by itself. You need do nothing.</source>
            <translation>يتم ذلك تلقائيًا. لا يلزمك فعل شيء.</translation>
        </message>
        <message>
            <source>You find the number on your phone, too. It is yours alone.</source>
            <translation>تجد الرقم على هاتفك أيضًا. وهو لك وحدك.</translation>
        </message>
        <message>
            <source>It is your mobile ID in &lt;b&gt;{project}&lt;/b&gt;.</source>
            <translation>هو هويتك على الهاتف في &lt;b&gt;{project}&lt;/b&gt;.</translation>
        </message>
    </context>
    <context>
        <name>NewHere</name>
        <message>
            <source>I am new here</source>
            <translation>أنا جديد هنا</translation>
        </message>
        <message>
            <source>I am visiting</source>
            <translation>أنا زائر</translation>
        </message>
        <message>
            <source>I work here for a time</source>
            <translation>أعمل هنا لفترة</translation>
        </message>
        <message>
            <source>What brings you here?</source>
            <translation>ما سبب قدومك؟</translation>
        </message>
        <message>
            <source>Choose one. Then we ask a few things about you.</source>
            <translation>اختر واحدًا، ثم نسألك بعض الأسئلة عنك.</translation>
        </message>
        <message>
            <source>You get an account and a key of your own.</source>
            <translation>تحصل على حساب ومفتاح خاص بك.</translation>
        </message>
        <message>
            <source>For a day or a few. You return the key after it.</source>
            <translation>ليوم أو لبضعة أيام. تعيد المفتاح بعدها.</translation>
        </message>
        <message>
            <source>For a project, say. You return the key at its end.</source>
            <translation>لمشروع مثلًا. تعيد المفتاح عند نهايته.</translation>
        </message>
        <message>
            <source>Back</source>
            <translation>رجوع</translation>
        </message>
    </context>
    <context>
        <name>Notes</name>
        <message>
            <source>{time} fast</source>
            <translation>متقدمة بمقدار {time}</translation>
        </message>
        <message>
            <source>{time} slow</source>
            <translation>متأخرة بمقدار {time}</translation>
        </message>
        <message numerus="yes">
            <source>For staff: %n keys have a PIN that nobody knows.</source>
            <translation>
                <numerusform>للموظفين: لا مفاتيح برقم PIN مجهول.</numerusform>
                <numerusform>للموظفين: مفتاح واحد له رقم PIN لا يعرفه أحد.</numerusform>
                <numerusform>للموظفين: مفتاحان لهما رقم PIN لا يعرفه أحد.</numerusform>
                <numerusform>للموظفين: %n مفاتيح لها رقم PIN لا يعرفه أحد.</numerusform>
                <numerusform>للموظفين: %n مفتاحًا لها رقم PIN لا يعرفه أحد.</numerusform>
                <numerusform>للموظفين: %n مفتاح لها رقم PIN لا يعرفه أحد.</numerusform>
            </translation>
        </message>
        <message>
            <source>For staff: the clock of this kiosk is {skew}.</source>
            <translation>للموظفين: ساعة هذا الجهاز {skew}.</translation>
        </message>
    </context>
    <context>
        <name>PassCard</name>
        <message>
            <source>Show the pass</source>
            <translation>إظهار رمز المرور</translation>
        </message>
        <message>
            <source>Hide the pass</source>
            <translation>إخفاء رمز المرور</translation>
        </message>
        <message>
            <source>Temporary pass for &lt;b&gt;{party}&lt;/b&gt;, good for {time}</source>
            <translation>رمز مرور مؤقت إلى &lt;b&gt;{party}&lt;/b&gt;، صالح لمدة {time}</translation>
        </message>
        <message>
            <source>{pass}. It is not read aloud.</source>
            <translation>{pass}. لا يُقرأ بصوت عالٍ.</translation>
        </message>
    </context>
    <context>
        <name>Phone</name>
        <message>
            <source>Only this screen has it.</source>
            <translation>لا يظهر إلا على هذه الشاشة.</translation>
        </message>
        <message>
            <source>{number}. Only this screen has it.</source>
            <translation>{number}. لا يظهر إلا على هذه الشاشة.</translation>
        </message>
        <message>
            <source>The next screen opens by itself.</source>
            <translation>ستُفتح الشاشة التالية تلقائيًا.</translation>
        </message>
        <message>
            <source>This screen goes on by itself.</source>
            <translation>تتابع هذه الشاشة تلقائيًا.</translation>
        </message>
        <message>
            <source>Type this number on your phone</source>
            <translation>اكتب هذا الرقم على هاتفك</translation>
        </message>
        <message>
            <source>Your phone is here</source>
            <translation>وصل هاتفك</translation>
        </message>
        <message>
            <source>Go on there, and follow its steps.</source>
            <translation>تابع هناك واتبع خطواته.</translation>
        </message>
        <message>
            <source>Done</source>
            <translation>تم</translation>
        </message>
        <message>
            <source>You can put your phone away.</source>
            <translation>يمكنك وضع هاتفك جانبًا.</translation>
        </message>
        <message>
            <source>Only this screen cannot go on yet.</source>
            <translation>هذه الشاشة وحدها لا تستطيع المتابعة بعد.</translation>
        </message>
        <message>
            <source>Scan this with your phone</source>
            <translation>امسح هذا الرمز بهاتفك</translation>
        </message>
        <message>
            <source>Point its camera at the square code.</source>
            <translation>وجّه كاميرته نحو الرمز المربع.</translation>
        </message>
        <message>
            <source>One moment</source>
            <translation>لحظة من فضلك</translation>
        </message>
        <message>
            <source>We prepare a code for your phone.</source>
            <translation>نجهز رمزًا لهاتفك.</translation>
        </message>
        <message>
            <source>Waiting for your phone to finish</source>
            <translation>في انتظار أن ينتهي هاتفك</translation>
        </message>
        <message>
            <source>The code has run out</source>
            <translation>انتهت صلاحية الرمز</translation>
        </message>
        <message>
            <source>One moment, please.</source>
            <translation>لحظة من فضلك.</translation>
        </message>
        <message>
            <source>Waiting for your phone</source>
            <translation>في انتظار هاتفك</translation>
        </message>
        <message>
            <source>Show a new code</source>
            <translation>عرض رمز جديد</translation>
        </message>
        <message>
            <source>Try again</source>
            <translation>المحاولة مرة أخرى</translation>
        </message>
        <message>
            <source>Choose another way</source>
            <translation>اختيار طريقة أخرى</translation>
        </message>
        <message>
            <source>Use a key instead</source>
            <translation>استخدام مفتاح بدلًا منه</translation>
        </message>
        <message>
            <source>I have no phone with me</source>
            <translation>ليس معي هاتف</translation>
        </message>
        <message numerus="yes">
            <source>The code works for %n more second(s).</source>
            <translation>
                <numerusform>يعمل الرمز لمدة %n ثانية أخرى.</numerusform>
                <numerusform>يعمل الرمز لثانية واحدة أخرى.</numerusform>
                <numerusform>يعمل الرمز لثانيتين أخريين.</numerusform>
                <numerusform>يعمل الرمز لمدة %n ثوانٍ أخرى.</numerusform>
                <numerusform>يعمل الرمز لمدة %n ثانية أخرى.</numerusform>
                <numerusform>يعمل الرمز لمدة %n ثانية أخرى.</numerusform>
            </translation>
        </message>
        <message>
            <source>The code works for less than a minute.</source>
            <translation>يعمل الرمز لأقل من دقيقة.</translation>
        </message>
        <message>
            <source>&lt;b&gt;A second phone tried this code.&lt;/b&gt; It was turned away, and only yours goes on.</source>
            <translation>&lt;b&gt;حاول هاتف آخر استخدام هذا الرمز.&lt;/b&gt; رفضناه، ولن يتابع إلا هاتفك.</translation>
        </message>
        <message>
            <source>Open the camera on your phone.</source>
            <translation>افتح الكاميرا على هاتفك.</translation>
        </message>
        <message>
            <source>Point it at the square code.</source>
            <translation>وجّهها نحو الرمز المربع.</translation>
        </message>
        <message>
            <source>Tap the link and follow the steps.</source>
            <translation>المس الرابط واتبع الخطوات.</translation>
        </message>
        <message>
            <source>The code works for {minutes} min {seconds} s.</source>
            <translation>يعمل الرمز لمدة {minutes} د و{seconds} ث.</translation>
        </message>
        <message numerus="yes">
            <source>The code works for about %n minute(s).</source>
            <translation>
                <numerusform>يعمل الرمز لمدة %n دقيقة تقريبًا.</numerusform>
                <numerusform>يعمل الرمز لمدة دقيقة واحدة تقريبًا.</numerusform>
                <numerusform>يعمل الرمز لمدة دقيقتين تقريبًا.</numerusform>
                <numerusform>يعمل الرمز لمدة %n دقائق تقريبًا.</numerusform>
                <numerusform>يعمل الرمز لمدة %n دقيقة تقريبًا.</numerusform>
                <numerusform>يعمل الرمز لمدة %n دقيقة تقريبًا.</numerusform>
            </translation>
        </message>
        <message>
            <source>A passkey is kept on your phone, and opened by its lock. Nothing to install.</source>
            <translation>يُحفظ مفتاح المرور على هاتفك ويفتحه قفل الشاشة. لا شيء تثبّته.</translation>
        </message>
        <message>
            <source>It must be a passkey that you made on this phone before.</source>
            <translation>يجب أن يكون مفتاح مرور أنشأته على هذا الهاتف من قبل.</translation>
        </message>
        <message>
            <source>The code is the one that we sent you. On your phone it may be easier to copy.</source>
            <translation>الرمز هو الذي أرسلناه إليك. قد يكون نسخه على هاتفك أسهل.</translation>
        </message>
        <message>
            <source>What you type on your phone is sent to this visit only.</source>
            <translation>ما تكتبه على هاتفك يُرسل إلى هذه الزيارة فقط.</translation>
        </message>
        <message>
            <source>Never type the number into a phone that is not yours, and tell it to nobody.</source>
            <translation>لا تكتب الرقم في هاتف ليس لك، ولا تخبر به أحدًا.</translation>
        </message>
        <message>
            <source>This code cannot be shown</source>
            <translation>لا يمكن عرض هذا الرمز</translation>
        </message>
        <message>
            <source>What the office computer sent is no picture of a code.</source>
            <translation>ما أرسله حاسوب المؤسسة ليس صورة رمز.</translation>
        </message>
        <message>
            <source>&lt;b&gt;You have done nothing wrong.&lt;/b&gt; Go on without a phone, or tell the desk.</source>
            <translation>&lt;b&gt;لم تفعل أي خطأ.&lt;/b&gt; تابع من دون هاتف، أو أخبر مكتب المساعدة.</translation>
        </message>
        <message>
            <source>The number was not right</source>
            <translation>الرقم غير صحيح</translation>
        </message>
        <message>
            <source>A different number was typed on the phone too often.</source>
            <translation>كُتب رقم آخر على الهاتف مرات كثيرة.</translation>
        </message>
        <message>
            <source>&lt;b&gt;Was it your phone?&lt;/b&gt; Show a new code and try again. If it was not, tell the desk.</source>
            <translation>&lt;b&gt;هل كان هاتفك؟&lt;/b&gt; اعرض رمزًا جديدًا وحاول مرة أخرى. وإن لم يكن هاتفك فأخبر مكتب المساعدة.</translation>
        </message>
        <message>
            <source>That passkey is not yours</source>
            <translation>مفتاح المرور هذا ليس لك</translation>
        </message>
        <message>
            <source>The phone has a passkey, but it belongs to somebody else.</source>
            <translation>على الهاتف مفتاح مرور، لكنه لشخص آخر.</translation>
        </message>
        <message>
            <source>&lt;b&gt;Nothing has changed.&lt;/b&gt; Try again with your own phone, or another way.</source>
            <translation>&lt;b&gt;لم يتغير شيء.&lt;/b&gt; حاول مرة أخرى بهاتفك، أو بطريقة أخرى.</translation>
        </message>
        <message>
            <source>A second phone used this code</source>
            <translation>استخدم هاتف ثانٍ هذا الرمز</translation>
        </message>
        <message>
            <source>So that nobody goes on in your place, we stopped here.</source>
            <translation>توقفنا هنا حتى لا يتابع أحد مكانك.</translation>
        </message>
        <message>
            <source>&lt;b&gt;A code is for one phone.&lt;/b&gt; Show a new one, and scan it with yours.</source>
            <translation>&lt;b&gt;الرمز لهاتف واحد.&lt;/b&gt; اعرض رمزًا جديدًا وامسحه بهاتفك.</translation>
        </message>
        <message>
            <source>You said no on the phone</source>
            <translation>قلت لا على الهاتف</translation>
        </message>
        <message>
            <source>You told us there that it is not you. Nothing was saved.</source>
            <translation>أخبرتنا هناك أنك لست الشخص المقصود. لم يُحفظ شيء.</translation>
        </message>
        <message>
            <source>&lt;b&gt;Was it a slip?&lt;/b&gt; Show a new code. If something looked wrong, tell the desk.</source>
            <translation>&lt;b&gt;هل كان ذلك سهوًا؟&lt;/b&gt; اعرض رمزًا جديدًا. وإن بدا شيء غير صحيح فأخبر مكتب المساعدة.</translation>
        </message>
        <message>
            <source>It did not work with this phone</source>
            <translation>لم ينجح الأمر بهذا الهاتف</translation>
        </message>
        <message>
            <source>What the phone sent could not be used. Nothing was saved.</source>
            <translation>تعذر استخدام ما أرسله الهاتف. لم يُحفظ شيء.</translation>
        </message>
        <message>
            <source>&lt;b&gt;Try it once more.&lt;/b&gt; If that does not help, use another phone, or go on without.</source>
            <translation>&lt;b&gt;حاول مرة أخرى.&lt;/b&gt; وإن لم ينجح ذلك فاستخدم هاتفًا آخر، أو تابع من دونه.</translation>
        </message>
        <message>
            <source>Too many wrong codes</source>
            <translation>رموز خاطئة كثيرة</translation>
        </message>
        <message>
            <source>For your safety no more codes are taken for a while.</source>
            <translation>لسلامتك لا تُقبل رموز أخرى لبعض الوقت.</translation>
        </message>
        <message>
            <source>&lt;b&gt;Please ask the desk,&lt;/b&gt; or choose another way to show who you are.</source>
            <translation>&lt;b&gt;يُرجى سؤال مكتب المساعدة،&lt;/b&gt; أو اختيار طريقة أخرى لإثبات هويتك.</translation>
        </message>
        <message>
            <source>There is a newer code</source>
            <translation>يوجد رمز أحدث</translation>
        </message>
        <message>
            <source>Only the newest one works.</source>
            <translation>لا يعمل إلا الأحدث.</translation>
        </message>
        <message>
            <source>&lt;b&gt;Nothing is lost.&lt;/b&gt; Show a new code, and scan that one.</source>
            <translation>&lt;b&gt;لم يضع شيء.&lt;/b&gt; اعرض رمزًا جديدًا وامسحه.</translation>
        </message>
        <message>
            <source>This code was taken back</source>
            <translation>أُلغي هذا الرمز</translation>
        </message>
        <message>
            <source>It does not work any more.</source>
            <translation>لم يعد يعمل.</translation>
        </message>
        <message>
            <source>That did not work</source>
            <translation>لم ينجح ذلك</translation>
        </message>
        <message>
            <source>The phone could not finish. Nothing was saved.</source>
            <translation>لم يتمكن الهاتف من الإنهاء. لم يُحفظ شيء.</translation>
        </message>
        <message>
            <source>&lt;b&gt;Try it once more.&lt;/b&gt; Show a new code, and scan that one.</source>
            <translation>&lt;b&gt;حاول مرة أخرى.&lt;/b&gt; اعرض رمزًا جديدًا وامسحه.</translation>
        </message>
        <message>
            <source>Your phone can then work as your key.</source>
            <translation>يمكن لهاتفك بعدها أن يعمل كمفتاحك.</translation>
        </message>
        <message>
            <source>Your phone can then sign you in, too.</source>
            <translation>يمكن لهاتفك بعدها أن يسجّل دخولك أيضًا.</translation>
        </message>
        <message>
            <source>A passkey on it shows that it is you.</source>
            <translation>مفتاح مرور عليه يثبت أنك أنت.</translation>
        </message>
        <message>
            <source>Then type the code there instead of here.</source>
            <translation>ثم اكتب الرمز هناك بدلًا من هنا.</translation>
        </message>
        <message>
            <source>Then fill in the form there instead of here.</source>
            <translation>ثم عبّئ النموذج هناك بدلًا من هنا.</translation>
        </message>
        <message>
            <source>Then save the passkey there.</source>
            <translation>ثم احفظ مفتاح المرور هناك.</translation>
        </message>
        <message>
            <source>Then choose your passkey there.</source>
            <translation>ثم اختر مفتاح مرورك هناك.</translation>
        </message>
        <message>
            <source>Then type the code there.</source>
            <translation>ثم اكتب الرمز هناك.</translation>
        </message>
        <message>
            <source>Then fill in the form there.</source>
            <translation>ثم عبّئ النموذج هناك.</translation>
        </message>
        <message>
            <source>Your phone is set up</source>
            <translation>تم إعداد هاتفك</translation>
        </message>
        <message>
            <source>Your phone says that it is you</source>
            <translation>هاتفك يؤكد أنك أنت</translation>
        </message>
        <message>
            <source>The code is right</source>
            <translation>الرمز صحيح</translation>
        </message>
        <message>
            <source>Your form is here</source>
            <translation>وصل نموذجك</translation>
        </message>
        <message>
            <source>Type it here instead</source>
            <translation>كتابته هنا بدلًا من ذلك</translation>
        </message>
        <message>
            <source>Fill it in here instead</source>
            <translation>تعبئته هنا بدلًا من ذلك</translation>
        </message>
        <message>
            <source>Back</source>
            <translation>رجوع</translation>
        </message>
        <message>
            <source>For your safety it works for a few minutes only.</source>
            <translation>لسلامتك لا يعمل إلا بضع دقائق.</translation>
        </message>
    </context>
    <context>
        <name>PhonePad</name>
        <message>
            <source>It opens this site:</source>
            <translation>يفتح هذا الموقع:</translation>
        </message>
    </context>
    <context>
        <name>Pin</name>
        <message>
            <source>First type the PIN that it has now. Then you choose your own.</source>
            <translation>اكتب أولًا رمزه الحالي، ثم تختار رمزك أنت.</translation>
        </message>
        <message>
            <source>Continue</source>
            <translation>متابعة</translation>
        </message>
        <message>
            <source>The PIN it has now</source>
            <translation>الرمز الحالي</translation>
        </message>
        <message>
            <source>Back</source>
            <translation>رجوع</translation>
        </message>
        <message>
            <source>Your key changes its PIN…</source>
            <translation>يغيّر مفتاحك رمزه…</translation>
        </message>
        <message>
            <source>You will type this PIN each time you use the key.</source>
            <translation>ستكتب هذا الرمز في كل مرة تستخدم فيها المفتاح.</translation>
        </message>
        <message>
            <source>Try anyway</source>
            <translation>المحاولة رغم ذلك</translation>
        </message>
        <message>
            <source>Choose a new PIN for your key</source>
            <translation>اختر رمزًا جديدًا لمفتاحك</translation>
        </message>
        <message>
            <source>This key wants a new PIN</source>
            <translation>يطلب هذا المفتاح رمزًا جديدًا</translation>
        </message>
        <message>
            <source>Somebody else set the PIN that this key has. They can tell you.</source>
            <translation>وضع شخص آخر الرمز الحالي لهذا المفتاح، ويمكنه إخبارك به.</translation>
        </message>
        <message>
            <source>Nobody can look it up. The desk can help you.</source>
            <translation>لا يستطيع أحد معرفته. يستطيع مكتب المساعدة مساعدتك.</translation>
        </message>
        <message>
            <source>With the new one it is yours alone.</source>
            <translation>بالرمز الجديد يصبح المفتاح لك وحدك.</translation>
        </message>
        <message>
            <source>I forgot it</source>
            <translation>نسيته</translation>
        </message>
        <message>
            <source>New PIN</source>
            <translation>الرمز الجديد</translation>
        </message>
        <message>
            <source>Same PIN again</source>
            <translation>الرمز نفسه مرة أخرى</translation>
        </message>
        <message>
            <source>This key already has a PIN. Nobody here knows it but you.</source>
            <translation>لهذا المفتاح رمز سري من قبل. لا يعرفه أحد هنا سواك.</translation>
        </message>
        <message>
            <source>PIN of your key</source>
            <translation>الرمز السري لمفتاحك</translation>
        </message>
        <message>
            <source>Your key checks the PIN…</source>
            <translation>يتحقق مفتاحك من الرمز…</translation>
        </message>
        <message>
            <source>Choose a PIN for your key</source>
            <translation>اختر رمزًا سريًا لمفتاحك</translation>
        </message>
        <message>
            <source>Type the PIN of your key</source>
            <translation>اكتب الرمز السري لمفتاحك</translation>
        </message>
        <message>
            <source>Your key saves the PIN…</source>
            <translation>يحفظ مفتاحك الرمز…</translation>
        </message>
        <message>
            <source>Save PIN</source>
            <translation>حفظ الرمز</translation>
        </message>
        <message numerus="yes">
            <source>You have %n tries left.</source>
            <translation>
                <numerusform>لم تبق لك أي محاولة.</numerusform>
                <numerusform>بقيت لك محاولة واحدة.</numerusform>
                <numerusform>بقيت لك محاولتان.</numerusform>
                <numerusform>بقيت لك %n محاولات.</numerusform>
                <numerusform>بقيت لك %n محاولة.</numerusform>
                <numerusform>بقيت لك %n محاولة.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n digits or more</source>
            <translation>
                <numerusform>%n رقم أو أكثر</numerusform>
                <numerusform>رقم واحد أو أكثر</numerusform>
                <numerusform>رقمان أو أكثر</numerusform>
                <numerusform>%n أرقام أو أكثر</numerusform>
                <numerusform>%n رقمًا أو أكثر</numerusform>
                <numerusform>%n رقمًا أو أكثر</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n characters at most</source>
            <translation>
                <numerusform>%n حرف على الأكثر</numerusform>
                <numerusform>حرف واحد على الأكثر</numerusform>
                <numerusform>حرفان على الأكثر</numerusform>
                <numerusform>%n أحرف على الأكثر</numerusform>
                <numerusform>%n حرفًا على الأكثر</numerusform>
                <numerusform>%n حرفًا على الأكثر</numerusform>
            </translation>
        </message>
        <message>
            <source>No runs, like 123456</source>
            <translation>بلا تسلسل مثل 123456</translation>
        </message>
        <message>
            <source>No repeats, like 777777</source>
            <translation>بلا تكرار مثل 777777</translation>
        </message>
        <message>
            <source>Not one that many use</source>
            <translation>ليس رمزًا شائعًا</translation>
        </message>
        <message>
            <source>Not your staff number</source>
            <translation>ليس رقمك الوظيفي</translation>
        </message>
        <message>
            <source>3 different digits or more</source>
            <translation>3 أرقام مختلفة أو أكثر</translation>
        </message>
        <message>
            <source>Only digits, letters and signs</source>
            <translation>أرقام وحروف وعلامات فقط</translation>
        </message>
        <message>
            <source>Both PINs are the same</source>
            <translation>الرمزان متطابقان</translation>
        </message>
        <message>
            <source>&lt;b&gt;This PIN is easy to guess.&lt;/b&gt; Please choose another one.</source>
            <translation>&lt;b&gt;يسهل تخمين هذا الرمز.&lt;/b&gt; يُرجى اختيار رمز آخر.</translation>
        </message>
        <message>
            <source>&lt;b&gt;This PIN does not fit.&lt;/b&gt; The list below says why.</source>
            <translation>&lt;b&gt;هذا الرمز غير مناسب.&lt;/b&gt; السبب في القائمة أدناه.</translation>
        </message>
        <message>
            <source>&lt;b&gt;The two PINs are not the same.&lt;/b&gt; Type the second one again.</source>
            <translation>&lt;b&gt;الرمزان غير متطابقين.&lt;/b&gt; اكتب الثاني مرة أخرى.</translation>
        </message>
        <message>
            <source>&lt;b&gt;Be sure of the PIN.&lt;/b&gt; When no try is left, the key is locked and must be cleared.</source>
            <translation>&lt;b&gt;تأكد من الرمز السري.&lt;/b&gt; عندما لا تبقى أي محاولة يُقفل المفتاح ويجب مسحه.</translation>
        </message>
        <message>
            <source>&lt;b&gt;Nobody can look it up.&lt;/b&gt; The desk can clear this key, or go back and use another one.</source>
            <translation>&lt;b&gt;لا يستطيع أحد معرفة الرمز.&lt;/b&gt; يستطيع مكتب المساعدة مسح هذا المفتاح، أو ارجع واستخدم مفتاحًا آخر.</translation>
        </message>
    </context>
    <context>
        <name>PinField</name>
        <message>
            <source>Show the PIN while this is held</source>
            <translation>إظهار الرمز السري ما دام الزر مضغوطًا</translation>
        </message>
    </context>
    <context>
        <name>QrCode</name>
        <message>
            <source>A square code, to be scanned with a phone</source>
            <translation>رمز مربع يُمسح بالهاتف</translation>
        </message>
    </context>
    <context>
        <name>QrPad</name>
        <message>
            <source>The key to type. It is not read aloud by itself.</source>
            <translation>المفتاح المراد كتابته. لا يُقرأ بصوت من تلقاء نفسه.</translation>
        </message>
        <message>
            <source>No camera? Type this key:</source>
            <translation>لا توجد كاميرا؟ اكتب هذا المفتاح:</translation>
        </message>
        <message>
            <source>Hide</source>
            <translation>إخفاء</translation>
        </message>
        <message>
            <source>Read aloud</source>
            <translation>قراءة بصوت</translation>
        </message>
        <message>
            <source>Show</source>
            <translation>إظهار</translation>
        </message>
    </context>
    <context>
        <name>RandomPin</name>
        <message>
            <source>You will type this PIN each time you use the key.</source>
            <translation>ستكتب هذا الرمز في كل مرة تستخدم فيها المفتاح.</translation>
        </message>
        <message>
            <source>Show the PIN</source>
            <translation>إظهار الرمز السري</translation>
        </message>
        <message>
            <source>Setting a PIN</source>
            <translation>جارٍ وضع رمز سري</translation>
        </message>
        <message>
            <source>Leave the key in. You will see the PIN once.</source>
            <translation>اترك المفتاح في مكانه. سترى الرمز مرة واحدة.</translation>
        </message>
        <message>
            <source>When you first use the key, you type this PIN, and choose one of your own.</source>
            <translation>عند أول استخدام للمفتاح تكتب هذا الرمز وتختار رمزًا خاصًا بك.</translation>
        </message>
        <message>
            <source>Try again</source>
            <translation>المحاولة مرة أخرى</translation>
        </message>
        <message>
            <source>Read aloud</source>
            <translation>قراءة بصوت</translation>
        </message>
        <message>
            <source>Hide the PIN</source>
            <translation>إخفاء الرمز السري</translation>
        </message>
        <message>
            <source>I have noted it</source>
            <translation>دوّنته</translation>
        </message>
        <message>
            <source>This is the PIN of your key</source>
            <translation>هذا هو الرمز السري لمفتاحك</translation>
        </message>
        <message>
            <source>Your key gets a PIN</source>
            <translation>يحصل مفتاحك على رمز سري</translation>
        </message>
        <message>
            <source>Write it down, or learn it by heart. It is shown only now.</source>
            <translation>اكتبه أو احفظه عن ظهر قلب. لا يظهر إلا الآن.</translation>
        </message>
        <message>
            <source>Nobody keeps this PIN for you. Without it the key must be wiped.</source>
            <translation>لا يحتفظ أحد بهذا الرمز من أجلك. من دونه يجب مسح المفتاح.</translation>
        </message>
    </context>
    <context>
        <name>RecoveryCodes</name>
        <message>
            <source>Show the codes</source>
            <translation>إظهار الرموز</translation>
        </message>
        <message>
            <source>Hide the codes</source>
            <translation>إخفاء الرموز</translation>
        </message>
        <message>
            <source>Keep these recovery codes</source>
            <translation>احتفظ برموز الاسترداد هذه</translation>
        </message>
        <message>
            <source>Write them down, or take a photo. Each one works once.</source>
            <translation>دوّنها أو التقط صورة لها. يعمل كل رمز مرة واحدة.</translation>
        </message>
        <message>
            <source>I have noted them</source>
            <translation>دوّنتها</translation>
        </message>
        <message>
            <source>Read aloud</source>
            <translation>قراءة بصوت</translation>
        </message>
        <message>
            <source>Nobody here can show you these codes again.</source>
            <translation>لا يستطيع أحد هنا إظهار هذه الرموز لك مرة أخرى.</translation>
        </message>
        <message>
            <source>Keep them where you do not keep your phone.</source>
            <translation>احفظها في مكان غير الذي تحفظ فيه هاتفك.</translation>
        </message>
    </context>
    <context>
        <name>Register</name>
        <message>
            <source>Fill it in on my phone</source>
            <translation>تعبئته على هاتفي</translation>
        </message>
        <message>
            <source>One moment. We look at what you typed…</source>
            <translation>لحظة من فضلك. نراجع ما كتبته…</translation>
        </message>
        <message>
            <source>Next</source>
            <translation>التالي</translation>
        </message>
        <message>
            <source>Done</source>
            <translation>تم</translation>
        </message>
        <message>
            <source>Back</source>
            <translation>رجوع</translation>
        </message>
        <message>
            <source>Continue</source>
            <translation>متابعة</translation>
        </message>
        <message>
            <source>This is for people who have no account here yet.</source>
            <translation>هذا لمن ليس لديهم حساب هنا بعد.</translation>
        </message>
        <message>
            <source>If something does not fit, ask the people at the desk.</source>
            <translation>إذا لم يناسبك شيء فاسأل العاملين في مكتب المساعدة.</translation>
        </message>
        <message>
            <source>Please fill in all the fields that are not optional.</source>
            <translation>يُرجى ملء كل الحقول غير الاختيارية.</translation>
        </message>
        <message>
            <source>Your email</source>
            <translation>بريدك الإلكتروني</translation>
        </message>
        <message>
            <source>Who are you visiting?</source>
            <translation>من الذي تزوره؟</translation>
        </message>
        <message>
            <source>Company</source>
            <translation>الشركة</translation>
        </message>
        <message>
            <source>Your last day here</source>
            <translation>آخر يوم لك هنا</translation>
        </message>
        <message>
            <source>Who do you work with here?</source>
            <translation>مع من تعمل هنا؟</translation>
        </message>
        <message>
            <source>Their email or user name.</source>
            <translation>بريده الإلكتروني أو اسم المستخدم الخاص به.</translation>
        </message>
        <message>
            <source>We send a code there.</source>
            <translation>نرسل إليه رمزًا.</translation>
        </message>
        <message>
            <source>Please fill in all the fields.</source>
            <translation>يُرجى ملء كل الحقول.</translation>
        </message>
        <message>
            <source>Please choose a day.</source>
            <translation>يُرجى اختيار يوم.</translation>
        </message>
        <message>
            <source>Please fill this in.</source>
            <translation>يُرجى ملء هذا الحقل.</translation>
        </message>
        <message>
            <source>This is too long.</source>
            <translation>هذا أطول من المسموح.</translation>
        </message>
        <message>
            <source>One of the characters cannot be used here.</source>
            <translation>أحد الأحرف لا يمكن استخدامه هنا.</translation>
        </message>
        <message>
            <source>That is too far away. Please choose an earlier day.</source>
            <translation>هذا اليوم بعيد جدًا. يُرجى اختيار يوم أقرب.</translation>
        </message>
        <message>
            <source>That day is over. Please choose a later one.</source>
            <translation>انقضى ذلك اليوم. يُرجى اختيار يوم لاحق.</translation>
        </message>
        <message>
            <source>Please check this.</source>
            <translation>يُرجى مراجعة هذا.</translation>
        </message>
        <message>
            <source>Tell us about yourself</source>
            <translation>أخبرنا عن نفسك</translation>
        </message>
        <message>
            <source>Tell us about your visit</source>
            <translation>أخبرنا عن زيارتك</translation>
        </message>
        <message>
            <source>Tell us about your work here</source>
            <translation>أخبرنا عن عملك هنا</translation>
        </message>
        <message>
            <source>An email looks like name@example.org.</source>
            <translation>يبدو البريد الإلكتروني هكذا: ⁦name@example.org⁩</translation>
        </message>
        <message>
            <source>Please type the number with its area code.</source>
            <translation>يُرجى كتابة الرقم مع رمز المنطقة.</translation>
        </message>
        <message>
            <source>Please type digits only.</source>
            <translation>يُرجى كتابة أرقام فقط.</translation>
        </message>
        <message>
            <source>Please type year, month and day, like 2027-01-31.</source>
            <translation>يُرجى كتابة السنة والشهر واليوم هكذا: ⁦2027-01-31⁩</translation>
        </message>
        <message>
            <source>{field} (optional)</source>
            <translation>{field} (اختياري)</translation>
        </message>
    </context>
    <context>
        <name>Reset</name>
        <message>
            <source>Back</source>
            <translation>رجوع</translation>
        </message>
        <message>
            <source>Keep it as it is</source>
            <translation>تركه كما هو</translation>
        </message>
        <message>
            <source>Wiping makes the key as new. Whatever it opened before, it opens no longer.</source>
            <translation>المسح يعيد المفتاح جديدًا، فلا يفتح بعد ذلك ما كان يفتحه.</translation>
        </message>
        <message>
            <source>A key lets itself be wiped only in the first seconds after it was put in.</source>
            <translation>لا يمكن مسح المفتاح إلا في الثواني الأولى بعد إدخاله.</translation>
        </message>
        <message numerus="yes">
            <source>%n sign-in(s), and the PIN.</source>
            <translation>
                <numerusform>الرمز السري.</numerusform>
                <numerusform>بيانات دخول واحدة، والرمز السري.</numerusform>
                <numerusform>بيانات دخول لموضعين، والرمز السري.</numerusform>
                <numerusform>بيانات دخول لـ %n مواضع، والرمز السري.</numerusform>
                <numerusform>بيانات دخول لـ %n موضعًا، والرمز السري.</numerusform>
                <numerusform>بيانات دخول لـ %n موضع، والرمز السري.</numerusform>
            </translation>
        </message>
        <message>
            <source>Every sign-in on the key, and its PIN.</source>
            <translation>كل بيانات الدخول على المفتاح، ورمزه السري.</translation>
        </message>
        <message>
            <source>There is no sign-in on the key. Only its PIN is lost.</source>
            <translation>لا بيانات دخول على المفتاح. يُفقد رمزه السري فقط.</translation>
        </message>
        <message>
            <source>Wipe this key?</source>
            <translation>هل تريد مسح هذا المفتاح؟</translation>
        </message>
        <message>
            <source>It becomes like a new one, and you set it up again.</source>
            <translation>يصبح كالجديد، ثم تُعدّه من جديد.</translation>
        </message>
        <message>
            <source>Wipe it</source>
            <translation>مسحه</translation>
        </message>
        <message>
            <source>Somebody must agree</source>
            <translation>يجب أن يوافق أحد</translation>
        </message>
        <message>
            <source>Please ask the people at the desk. They agree on their own screen.</source>
            <translation>يُرجى سؤال العاملين في مكتب المساعدة. يوافقون على شاشتهم.</translation>
        </message>
        <message>
            <source>Take the key out</source>
            <translation>أخرج المفتاح</translation>
        </message>
        <message>
            <source>Keep it in your hand: it goes in again at once.</source>
            <translation>أبقه في يدك: سيعود إلى مكانه فورًا.</translation>
        </message>
        <message>
            <source>Put the same key back</source>
            <translation>أعد المفتاح نفسه</translation>
        </message>
        <message>
            <source>Leave the key in</source>
            <translation>اترك المفتاح في مكانه</translation>
        </message>
        <message>
            <source>Touch it as soon as it blinks.</source>
            <translation>المسه حالما يومض.</translation>
        </message>
        <message>
            <source>Touch your key now</source>
            <translation>المس مفتاحك الآن</translation>
        </message>
        <message>
            <source>Put a finger on the disc or the blinking light. Then it is wiped.</source>
            <translation>ضع إصبعك على القرص أو الضوء الوامض. بعدها يُمسح.</translation>
        </message>
        <message>
            <source>&lt;b&gt;This will be lost.&lt;/b&gt; {what}</source>
            <translation>&lt;b&gt;ستفقد ما يلي.&lt;/b&gt; {what}</translation>
        </message>
        <message>
            <source>Are you sure?</source>
            <translation>هل أنت متأكد؟</translation>
        </message>
        <message>
            <source>Nobody can bring back what is lost.</source>
            <translation>لا يستطيع أحد استعادة ما يُفقد.</translation>
        </message>
        <message>
            <source>Yes, wipe it</source>
            <translation>نعم، امسحه</translation>
        </message>
        <message>
            <source>Waiting for the desk</source>
            <translation>في انتظار مكتب المساعدة</translation>
        </message>
        <message>
            <source>The next screen opens by itself.</source>
            <translation>ستُفتح الشاشة التالية تلقائيًا.</translation>
        </message>
        <message>
            <source>Waiting until the slot is empty</source>
            <translation>في انتظار أن تخلو الفتحة</translation>
        </message>
        <message>
            <source>Looking for your key</source>
            <translation>في انتظار مفتاحك</translation>
        </message>
        <message numerus="yes">
            <source>Then touch it at once. There are only %n second(s).</source>
            <translation>
                <numerusform>ثم المسه فورًا.</numerusform>
                <numerusform>ثم المسه فورًا. لديك ثانية واحدة فقط.</numerusform>
                <numerusform>ثم المسه فورًا. لديك ثانيتان فقط.</numerusform>
                <numerusform>ثم المسه فورًا. لديك %n ثوانٍ فقط.</numerusform>
                <numerusform>ثم المسه فورًا. لديك %n ثانية فقط.</numerusform>
                <numerusform>ثم المسه فورًا. لديك %n ثانية فقط.</numerusform>
            </translation>
        </message>
        <message>
            <source>Looking at your key</source>
            <translation>جارٍ فحص مفتاحك</translation>
        </message>
        <message>
            <source>It will blink in a moment.</source>
            <translation>سيومض بعد لحظة.</translation>
        </message>
        <message>
            <source>Hold your finger on the key</source>
            <translation>أبق إصبعك على المفتاح</translation>
        </message>
        <message>
            <source>Keep it there for five seconds, until the light goes out.</source>
            <translation>أبقه خمس ثوانٍ حتى ينطفئ الضوء.</translation>
        </message>
        <message>
            <source>Waiting for your touch</source>
            <translation>في انتظار لمستك</translation>
        </message>
        <message>
            <source>Waiting for your finger</source>
            <translation>في انتظار إصبعك</translation>
        </message>
    </context>
    <context>
        <name>Scroller</name>
        <message>
            <source>Show what is above</source>
            <translation>عرض ما في الأعلى</translation>
        </message>
        <message>
            <source>Show what is below</source>
            <translation>عرض ما في الأسفل</translation>
        </message>
    </context>
    <context>
        <name>SecretView</name>
        <message>
            <source>The PIN. It is not read aloud by itself.</source>
            <translation>الرمز السري. لا يُقرأ بصوت من تلقاء نفسه.</translation>
        </message>
    </context>
    <context>
        <name>SelectKey</name>
        <message>
            <source>Waiting for your touch</source>
            <translation>في انتظار لمستك</translation>
        </message>
        <message numerus="yes">
            <source>%n keys are in.</source>
            <translation>
                <numerusform>لا مفتاح في الفتحات.</numerusform>
                <numerusform>هناك مفتاح واحد.</numerusform>
                <numerusform>هناك مفتاحان.</numerusform>
                <numerusform>هناك %n مفاتيح.</numerusform>
                <numerusform>هناك %n مفتاحًا.</numerusform>
                <numerusform>هناك %n مفتاح.</numerusform>
            </translation>
        </message>
        <message>
            <source>Try again</source>
            <translation>المحاولة مرة أخرى</translation>
        </message>
        <message>
            <source>Which key is yours?</source>
            <translation>أي مفتاح هو مفتاحك؟</translation>
        </message>
        <message>
            <source>Touch it now. Only the key that you touch is set up.</source>
            <translation>المسه الآن. لا يُعدّ إلا المفتاح الذي تلمسه.</translation>
        </message>
        <message numerus="yes">
            <source>and %n more</source>
            <translation>
                <numerusform>ولا شيء آخر</numerusform>
                <numerusform>وواحد آخر</numerusform>
                <numerusform>واثنان آخران</numerusform>
                <numerusform>و%n أخرى</numerusform>
                <numerusform>و%n أخرى</numerusform>
                <numerusform>و%n أخرى</numerusform>
            </translation>
        </message>
        <message>
            <source>Back</source>
            <translation>رجوع</translation>
        </message>
        <message>
            <source>You may also take out every key but your own.</source>
            <translation>يمكنك أيضًا إخراج كل المفاتيح عدا مفتاحك.</translation>
        </message>
        <message>
            <source>A key that does not blink still feels your finger.</source>
            <translation>المفتاح الذي لا يومض يحس بإصبعك أيضًا.</translation>
        </message>
    </context>
    <context>
        <name>SetUpApp</name>
        <message>
            <source>If you ever lose your phone, recovery codes help you in.</source>
            <translation>إذا فقدت هاتفك يومًا، تساعدك رموز الاسترداد على الدخول.</translation>
        </message>
        <message>
            <source>If you ever lose your key, an app on your phone helps you in.</source>
            <translation>إذا فقدت مفتاحك يومًا، يساعدك تطبيق على هاتفك على الدخول.</translation>
        </message>
        <message>
            <source>Checking the code…</source>
            <translation>جارٍ التحقق من الرمز…</translation>
        </message>
        <message>
            <source>Open an authenticator app.</source>
            <translation>افتح تطبيق مصادقة.</translation>
        </message>
        <message>
            <source>Add an account, and scan the code.</source>
            <translation>أضف حسابًا وامسح الرمز المربع.</translation>
        </message>
        <message>
            <source>Then type the 6 digits that it shows.</source>
            <translation>ثم اكتب الأرقام الستة التي يعرضها.</translation>
        </message>
        <message>
            <source>An authenticator app shows codes to sign in with. Any such app will do, also the one you have.</source>
            <translation>يعرض تطبيق المصادقة رموزًا لتسجيل الدخول. يصلح أي تطبيق من هذا النوع، وكذلك الموجود لديك.</translation>
        </message>
        <message>
            <source>Your key works already. This is for the day when you do not have it.</source>
            <translation>مفتاحك يعمل الآن. هذا لليوم الذي لا يكون فيه معك.</translation>
        </message>
        <message>
            <source>One moment</source>
            <translation>لحظة من فضلك</translation>
        </message>
        <message>
            <source>We prepare the picture for your app.</source>
            <translation>نجهّز الصورة لتطبيقك.</translation>
        </message>
        <message>
            <source>Try again</source>
            <translation>المحاولة مرة أخرى</translation>
        </message>
        <message>
            <source>Go on without</source>
            <translation>المتابعة بدونه</translation>
        </message>
        <message>
            <source>I have scanned it</source>
            <translation>مسحته</translation>
        </message>
        <message>
            <source>Add a spare way to sign in</source>
            <translation>أضف طريقة احتياطية للدخول</translation>
        </message>
        <message>
            <source>The app has to wait</source>
            <translation>يُؤجَّل إعداد التطبيق</translation>
        </message>
        <message>
            <source>It cannot be set up any more today. Your key works all the same.</source>
            <translation>لم يعد إعداده ممكنًا اليوم. مفتاحك يعمل رغم ذلك.</translation>
        </message>
        <message>
            <source>Type the code from the app</source>
            <translation>اكتب الرمز من التطبيق</translation>
        </message>
        <message>
            <source>Go on</source>
            <translation>متابعة</translation>
        </message>
        <message>
            <source>It shows a new one every 30 seconds. Any one will do.</source>
            <translation>يعرض رمزًا جديدًا كل 30 ثانية. يصلح أي واحد منها.</translation>
        </message>
        <message>
            <source>Scan again</source>
            <translation>المسح مرة أخرى</translation>
        </message>
        <message>
            <source>Continue</source>
            <translation>متابعة</translation>
        </message>
    </context>
    <context>
        <name>Simulator</name>
        <message>
            <source>Your browser will warn: the demo vouches for itself.</source>
            <translation>سيحذّرك المتصفح: العرض يشهد لنفسه.</translation>
        </message>
        <message>
            <source>Open the code as a phone would</source>
            <translation>فتح الرمز كما يفعل الهاتف</translation>
        </message>
        <message>
            <source>Plug the key in</source>
            <translation>إدخال المفتاح</translation>
        </message>
        <message>
            <source>Not part of the kiosk: simulated key and mailbox</source>
            <translation>ليس جزءًا من الجهاز: مفتاح وصندوق بريد للمحاكاة</translation>
        </message>
        <message>
            <source>You are {name} · {user} · staff number {number}</source>
            <translation>أنت {name} · {user} · الرقم الوظيفي {number}</translation>
        </message>
        <message>
            <source>A fresh key</source>
            <translation>مفتاح جديد</translation>
        </message>
        <message>
            <source>A key with a PIN</source>
            <translation>مفتاح له رمز سري</translation>
        </message>
        <message>
            <source>A full key</source>
            <translation>مفتاح ممتلئ</translation>
        </message>
        <message>
            <source>An old key (U2F only)</source>
            <translation>مفتاح قديم (U2F فقط)</translation>
        </message>
        <message>
            <source>A locked key</source>
            <translation>مفتاح مقفل</translation>
        </message>
        <message>
            <source>A key that wants a new PIN</source>
            <translation>مفتاح يطلب رمزًا جديدًا</translation>
        </message>
        <message>
            <source>A key with a sensor for a finger</source>
            <translation>مفتاح فيه مستشعر للإصبع</translation>
        </message>
        <message>
            <source>Nothing</source>
            <translation>لا شيء</translation>
        </message>
        <message>
            <source>The key is pulled at the next step</source>
            <translation>يُسحب المفتاح عند الخطوة التالية</translation>
        </message>
        <message>
            <source>Nobody touches the key</source>
            <translation>لا أحد يلمس المفتاح</translation>
        </message>
        <message>
            <source>The key is a forgery</source>
            <translation>المفتاح مزوّر</translation>
        </message>
        <message>
            <source>Touch the key</source>
            <translation>لمس المفتاح</translation>
        </message>
        <message>
            <source>Touch it with a wrong finger</source>
            <translation>المسه بإصبع خاطئ</translation>
        </message>
        <message>
            <source>Another key is in as well</source>
            <translation>هناك مفتاح آخر أيضًا</translation>
        </message>
        <message>
            <source>Pull the key out</source>
            <translation>سحب المفتاح</translation>
        </message>
        <message>
            <source>Which key</source>
            <translation>أي مفتاح</translation>
        </message>
        <message>
            <source>What goes wrong next</source>
            <translation>الخلل التالي</translation>
        </message>
        <message>
            <source>Mailbox</source>
            <translation>صندوق البريد</translation>
        </message>
        <message>
            <source>Its PIN is {pin}.</source>
            <translation>رمزه السري {pin}.</translation>
        </message>
        <message>
            <source>not plugged in</source>
            <translation>خارج الفتحة</translation>
        </message>
        <message>
            <source>The simulated key</source>
            <translation>مفتاح المحاكاة</translation>
        </message>
        <message>
            <source>plugged in</source>
            <translation>في الفتحة</translation>
        </message>
        <message>
            <source>waits for a touch</source>
            <translation>ينتظر لمسة</translation>
        </message>
        <message>
            <source>waits for a finger</source>
            <translation>ينتظر إصبعًا</translation>
        </message>
    </context>
    <context>
        <name>Staff</name>
        <message>
            <source>Ask staff</source>
            <translation>اسأل الموظفين</translation>
        </message>
        <message>
            <source>They look whether it is you.</source>
            <translation>يتأكدون من هويتك.</translation>
        </message>
        <message>
            <source>They look at your identity card or passport. Have it ready.</source>
            <translation>ينظرون في بطاقة هويتك أو جواز سفرك. جهّزه من فضلك.</translation>
        </message>
        <message>
            <source>They decide whether this key may be wiped.</source>
            <translation>يقررون ما إذا كان يجوز مسح هذا المفتاح.</translation>
        </message>
        <message>
            <source>They decide whether you get one more key.</source>
            <translation>يقررون ما إذا كنت ستحصل على مفتاح آخر.</translation>
        </message>
        <message>
            <source>They decide whether you get a key in place of the lost one.</source>
            <translation>يقررون ما إذا كنت ستحصل على مفتاح بدل المفقود.</translation>
        </message>
        <message>
            <source>They let you in as a guest.</source>
            <translation>يسمحون لك بالدخول ضيفًا.</translation>
        </message>
        <message>
            <source>One moment…</source>
            <translation>لحظة من فضلك…</translation>
        </message>
        <message>
            <source>They have {time} left.</source>
            <translation>بقي لديهم {time}.</translation>
        </message>
        <message>
            <source>Your number: {number}</source>
            <translation>رقمك: {number}</translation>
        </message>
        <message>
            <source>Staff are asked</source>
            <translation>تم سؤال الموظفين</translation>
        </message>
        <message>
            <source>Staff said no</source>
            <translation>رفض الموظفون</translation>
        </message>
        <message>
            <source>Nobody could come in time</source>
            <translation>لم يتمكن أحد من الحضور في الوقت المناسب</translation>
        </message>
        <message>
            <source>We cannot ask staff now</source>
            <translation>لا يمكننا سؤال الموظفين الآن</translation>
        </message>
        <message>
            <source>Asking staff…</source>
            <translation>جارٍ سؤال الموظفين…</translation>
        </message>
        <message>
            <source>You can ask once more, or go back.</source>
            <translation>يمكنك أن تطلب مرة أخرى أو أن ترجع.</translation>
        </message>
        <message>
            <source>{given} of {needed} said yes</source>
            <translation>وافق {given} من {needed}</translation>
        </message>
        <message>
            <source>Ask once more</source>
            <translation>اسأل مرة أخرى</translation>
        </message>
        <message>
            <source>Please wait here</source>
            <translation>يُرجى الانتظار هنا</translation>
        </message>
        <message>
            <source>Two of them must say yes.</source>
            <translation>يجب أن يوافق اثنان منهم.</translation>
        </message>
        <message>
            <source>&lt;b&gt;They wrote:&lt;/b&gt; {reason}</source>
            <translation>&lt;b&gt;كتبوا:&lt;/b&gt; {reason}</translation>
        </message>
        <message>
            <source>Staff tell you by the number on this screen.</source>
            <translation>يعرفك الموظفون بالرقم الظاهر على هذه الشاشة.</translation>
        </message>
        <message>
            <source>Staff come to you, or say yes from their desk.</source>
            <translation>يأتي الموظفون إليك أو يوافقون من مكتبهم.</translation>
        </message>
    </context>
    <context>
        <name>StepBar</name>
        <message>
            <source>Step {number} of {total}, {name}</source>
            <translation>الخطوة {number} من {total}، {name}</translation>
        </message>
        <message>
            <source>Step {number} of {total}</source>
            <translation>الخطوة {number} من {total}</translation>
        </message>
        <message>
            <source>All steps done</source>
            <translation>اكتملت كل الخطوات</translation>
        </message>
        <message>
            <source>You</source>
            <translation>أنت</translation>
        </message>
        <message>
            <source>Check</source>
            <translation>التحقق</translation>
        </message>
        <message>
            <source>Key</source>
            <translation>المفتاح</translation>
        </message>
        <message>
            <source>PIN</source>
            <translation>الرمز</translation>
        </message>
        <message>
            <source>Touch</source>
            <translation>اللمس</translation>
        </message>
        <message>
            <source>Phone</source>
            <translation>الهاتف</translation>
        </message>
    </context>
    <context>
        <name>Stopped</name>
        <message>
            <source>, </source>
            <comment>between names</comment>
            <translation>، </translation>
        </message>
        <message>
            <source>What you can do</source>
            <translation>ما يمكنك فعله</translation>
        </message>
        <message>
            <source>Wipe this key and begin anew</source>
            <translation>مسح هذا المفتاح والبدء من جديد</translation>
        </message>
        <message>
            <source>Your organization has other rules.</source>
            <translation>لمؤسستك قواعد أخرى.</translation>
        </message>
        <message>
            <source>&lt;b&gt;Please show this key to the desk.&lt;/b&gt; Something that was begun is still on it.</source>
            <translation>&lt;b&gt;يُرجى إظهار هذا المفتاح لمكتب المساعدة.&lt;/b&gt; ما زال عليه شيء مما بدأ.</translation>
        </message>
        <message>
            <source>Taking back what was begun</source>
            <translation>جارٍ التراجع عما بدأ</translation>
        </message>
        <message>
            <source>Leave the key in the slot for a moment.</source>
            <translation>اترك المفتاح في الفتحة لحظة.</translation>
        </message>
        <message>
            <source>Keep this key</source>
            <translation>الاحتفاظ بهذا المفتاح</translation>
        </message>
        <message>
            <source>Start over</source>
            <translation>البدء من جديد</translation>
        </message>
        <message>
            <source>&lt;b&gt;Nothing is set up.&lt;/b&gt; It is wanted everywhere or nowhere, so we took it back.</source>
            <translation>&lt;b&gt;لم يُعَدّ أي شيء.&lt;/b&gt; المطلوب أن يعمل في كل مكان أو لا يعمل أبدًا، لذلك ألغيناه.</translation>
        </message>
        <message>
            <source>&lt;b&gt;What happened.&lt;/b&gt; {text}</source>
            <translation>&lt;b&gt;ما الذي حدث.&lt;/b&gt; {text}</translation>
        </message>
        <message>
            <source>It is set up for {names}. With another key, that is taken back.</source>
            <translation>أُعِدّ المفتاح من أجل {names}. إذا استخدمت مفتاحًا آخر فسيُلغى ذلك.</translation>
        </message>
        <message>
            <source>Reference for staff: &lt;b&gt;{reference}&lt;/b&gt;</source>
            <translation>مرجع للموظفين: &lt;b&gt;{reference}&lt;/b&gt;</translation>
        </message>
        <message>
            <source>Take the key out of the slot.</source>
            <translation>أخرج المفتاح من الفتحة.</translation>
        </message>
        <message>
            <source>Try another key</source>
            <translation>تجربة مفتاح آخر</translation>
        </message>
        <message>
            <source>Try again</source>
            <translation>المحاولة مرة أخرى</translation>
        </message>
        <message>
            <source>Finish</source>
            <translation>إنهاء</translation>
        </message>
        <message>
            <source>Your key is not set up</source>
            <translation>لم يُعَدّ مفتاحك</translation>
        </message>
        <message>
            <source>You have done nothing wrong.</source>
            <translation>لم تفعل أي خطأ.</translation>
        </message>
    </context>
    <context>
        <name>Terms</name>
        <message>
            <source>No, thank you</source>
            <translation>لا، شكرًا</translation>
        </message>
        <message>
            <source>Please read this. You need to accept it to go on.</source>
            <translation>يُرجى قراءة هذا. عليك قبوله للمتابعة.</translation>
        </message>
        <message>
            <source>Please read this. You can go on without it.</source>
            <translation>يُرجى قراءة هذا. يمكنك المتابعة بدونه.</translation>
        </message>
        <message>
            <source>&lt;b&gt;{number} of {total}.&lt;/b&gt;</source>
            <translation>&lt;b&gt;{number} من {total}.&lt;/b&gt;</translation>
        </message>
        <message>
            <source>Please read this</source>
            <translation>يُرجى قراءة هذا</translation>
        </message>
        <message>
            <source>One moment…</source>
            <translation>لحظة من فضلك…</translation>
        </message>
        <message>
            <source>Back</source>
            <translation>رجوع</translation>
        </message>
        <message>
            <source>Accept</source>
            <translation>أوافق</translation>
        </message>
        <message>
            <source>Take your time. Your organization keeps a note of what you accepted, and when.</source>
            <translation>خذ وقتك. تحتفظ مؤسستك بسجل لما وافقت عليه ومتى.</translation>
        </message>
        <message>
            <source>If you do not agree, go back, or ask the people at the desk.</source>
            <translation>إذا لم توافق فارجع، أو اسأل العاملين في مكتب المساعدة.</translation>
        </message>
    </context>
    <context>
        <name>TextField</name>
        <message>
            <source>Clear</source>
            <translation>مسح</translation>
        </message>
        <message>
            <source>Keyboard on the screen</source>
            <translation>لوحة مفاتيح على الشاشة</translation>
        </message>
    </context>
    <context>
        <name>Tools</name>
        <message>
            <source>Help</source>
            <translation>مساعدة</translation>
        </message>
        <message>
            <source>light</source>
            <translation>فاتح</translation>
        </message>
        <message>
            <source>dark</source>
            <translation>داكن</translation>
        </message>
        <message>
            <source>high contrast</source>
            <translation>تباين عالٍ</translation>
        </message>
        <message>
            <source>Language, now {language}</source>
            <translation>اللغة، الآن {language}</translation>
        </message>
        <message>
            <source>Text size, now {percent} percent</source>
            <translation>حجم النص، الآن {percent} بالمئة</translation>
        </message>
        <message>
            <source>Colors, now {mode}</source>
            <translation>الألوان، الآن {mode}</translation>
        </message>
    </context>
    <context>
        <name>Touch</name>
        <message numerus="yes">
            <source>%n second(s) left</source>
            <translation>
                <numerusform>لم يبق وقت</numerusform>
                <numerusform>بقيت ثانية واحدة</numerusform>
                <numerusform>بقيت ثانيتان</numerusform>
                <numerusform>بقيت %n ثوانٍ</numerusform>
                <numerusform>بقيت %n ثانية</numerusform>
                <numerusform>بقيت %n ثانية</numerusform>
            </translation>
        </message>
        <message>
            <source>Leave the key in</source>
            <translation>اترك المفتاح في مكانه</translation>
        </message>
        <message>
            <source>You will touch it in a moment.</source>
            <translation>ستلمسه بعد لحظة.</translation>
        </message>
        <message>
            <source>This touch is for &lt;b&gt;{party}&lt;/b&gt;. {count} more follow.</source>
            <translation>هذه اللمسة من أجل &lt;b&gt;{party}&lt;/b&gt;. يتبقى بعدها {count}.</translation>
        </message>
        <message>
            <source>Waiting for your finger</source>
            <translation>في انتظار إصبعك</translation>
        </message>
        <message>
            <source>Getting everything ready</source>
            <translation>جارٍ التجهيز</translation>
        </message>
        <message>
            <source>Your key will blink in a moment.</source>
            <translation>سيومض مفتاحك بعد لحظة.</translation>
        </message>
        <message>
            <source>Try again</source>
            <translation>المحاولة مرة أخرى</translation>
        </message>
        <message>
            <source>My key has no light</source>
            <translation>لا ضوء في مفتاحي</translation>
        </message>
        <message>
            <source>Many keys have a round or golden spot. Put a finger on it and keep it there.</source>
            <translation>في كثير من المفاتيح بقعة مستديرة أو ذهبية. ضع إصبعك عليها وأبقه.</translation>
        </message>
        <message>
            <source>It need not be your own finger: the key only feels that somebody is there.</source>
            <translation>لا يلزم أن تكون إصبعك أنت: المفتاح يحس فقط بوجود شخص.</translation>
        </message>
        <message>
            <source>Let us try that again</source>
            <translation>لنحاول مرة أخرى</translation>
        </message>
        <message>
            <source>Put your finger on the sensor</source>
            <translation>ضع إصبعك على المستشعر</translation>
        </message>
        <message>
            <source>Touch your key now</source>
            <translation>المس مفتاحك الآن</translation>
        </message>
        <message>
            <source>Touch the disc as soon as the light blinks.</source>
            <translation>المس القرص حالما يومض الضوء.</translation>
        </message>
        <message>
            <source>The key checks that it is you. Use a finger that it knows.</source>
            <translation>يتحقق المفتاح من أنه أنت. استخدم إصبعًا يعرفه.</translation>
        </message>
        <message>
            <source>Put a finger on the disc or the blinking light.</source>
            <translation>ضع إصبعك على القرص أو الضوء الوامض.</translation>
        </message>
        <message>
            <source>This touch is for &lt;b&gt;{party}&lt;/b&gt;. It is the last one.</source>
            <translation>هذه اللمسة من أجل &lt;b&gt;{party}&lt;/b&gt;. وهي الأخيرة.</translation>
        </message>
        <message>
            <source>This touch is for &lt;b&gt;{party}&lt;/b&gt;. One more follows, for &lt;b&gt;{next}&lt;/b&gt;.</source>
            <translation>هذه اللمسة من أجل &lt;b&gt;{party}&lt;/b&gt;. تليها لمسة أخرى من أجل &lt;b&gt;{next}&lt;/b&gt;.</translation>
        </message>
        <message>
            <source>The key knows the finger that was shown to it. Try another of yours, or wipe the sensor.</source>
            <translation>يعرف المفتاح الإصبع الذي سُجّل فيه. جرّب إصبعًا آخر من أصابعك أو امسح المستشعر.</translation>
        </message>
        <message>
            <source>Waiting for your touch</source>
            <translation>في انتظار لمستك</translation>
        </message>
        <message>
            <source>Back</source>
            <translation>رجوع</translation>
        </message>
    </context>
    <context>
        <name>Verify</name>
        <message>
            <source>Send again</source>
            <translation>الإرسال مرة أخرى</translation>
        </message>
        <message>
            <source>Recovery code</source>
            <translation>رمز الاسترداد</translation>
        </message>
        <message numerus="yes">
            <source>in %n seconds</source>
            <translation>
                <numerusform>بعد %n ثانية</numerusform>
                <numerusform>بعد ثانية واحدة</numerusform>
                <numerusform>بعد ثانيتين</numerusform>
                <numerusform>بعد %n ثوانٍ</numerusform>
                <numerusform>بعد %n ثانية</numerusform>
                <numerusform>بعد %n ثانية</numerusform>
            </translation>
        </message>
        <message>
            <source>Type the {digits}-digit code</source>
            <translation>اكتب رمز التحقق المكوّن من {digits} أرقام</translation>
        </message>
        <message>
            <source>Checking the code…</source>
            <translation>جارٍ التحقق من الرمز…</translation>
        </message>
        <message numerus="yes">
            <source>It works for %n minutes.</source>
            <translation>
                <numerusform>لم يعد صالحًا.</numerusform>
                <numerusform>يصلح مدة دقيقة واحدة.</numerusform>
                <numerusform>يصلح مدة دقيقتين.</numerusform>
                <numerusform>يصلح مدة %n دقائق.</numerusform>
                <numerusform>يصلح مدة %n دقيقة.</numerusform>
                <numerusform>يصلح مدة %n دقيقة.</numerusform>
            </translation>
        </message>
        <message>
            <source>Type a recovery code</source>
            <translation>اكتب رمز استرداد</translation>
        </message>
        <message>
            <source>One moment…</source>
            <translation>لحظة من فضلك…</translation>
        </message>
        <message>
            <source>Badge number</source>
            <translation>رقم البطاقة</translation>
        </message>
        <message>
            <source>Yes, this is me</source>
            <translation>نعم، هذا أنا</translation>
        </message>
        <message>
            <source>No, go back</source>
            <translation>لا، رجوع</translation>
        </message>
        <message>
            <source>Type instead</source>
            <translation>الكتابة بدلًا من ذلك</translation>
        </message>
        <message>
            <source>How can we check it is you?</source>
            <translation>كيف نتحقق من هويتك؟</translation>
        </message>
        <message>
            <source>Checking your badge…</source>
            <translation>جارٍ التحقق من بطاقتك…</translation>
        </message>
        <message>
            <source>Waiting for your badge</source>
            <translation>في انتظار بطاقتك</translation>
        </message>
        <message>
            <source>Is this you?</source>
            <translation>هل هذا أنت؟</translation>
        </message>
        <message>
            <source>We found one person with what you typed.</source>
            <translation>وجدنا شخصًا واحدًا يطابق ما كتبته.</translation>
        </message>
        <message>
            <source>Choose one.</source>
            <translation>اختر طريقة.</translation>
        </message>
        <message>
            <source>Hold your badge to the reader</source>
            <translation>قرّب بطاقتك من القارئ</translation>
        </message>
        <message>
            <source>We mailed it to the address on file.</source>
            <translation>أرسلناه إلى عنوان البريد المسجّل لدينا.</translation>
        </message>
        <message>
            <source>Sending the code to your mail…</source>
            <translation>جارٍ إرسال الرمز إلى بريدك…</translation>
        </message>
        <message>
            <source>Open the authenticator app on your phone. It shows the code.</source>
            <translation>افتح تطبيق المصادقة على هاتفك. يعرض الرمز.</translation>
        </message>
        <message>
            <source>Without my phone</source>
            <translation>بدون هاتفي</translation>
        </message>
        <message>
            <source>Type it on my phone</source>
            <translation>كتابته على هاتفي</translation>
        </message>
        <message>
            <source>Back</source>
            <translation>رجوع</translation>
        </message>
        <message>
            <source>Continue</source>
            <translation>متابعة</translation>
        </message>
        <message>
            <source>Mail me a code</source>
            <translation>إرسال رمز إلى بريدي</translation>
        </message>
        <message>
            <source>Text me a code</source>
            <translation>إرسال رمز برسالة نصية</translation>
        </message>
        <message>
            <source>Scan my badge</source>
            <translation>مسح بطاقتي</translation>
        </message>
        <message>
            <source>Show me who you found</source>
            <translation>عرض الشخص الذي وجدتموه</translation>
        </message>
        <message>
            <source>Go on without a check</source>
            <translation>المتابعة بلا تحقق</translation>
        </message>
        <message>
            <source>Use my authenticator app</source>
            <translation>استخدام تطبيق المصادقة</translation>
        </message>
        <message>
            <source>Use my phone</source>
            <translation>استخدام هاتفي</translation>
        </message>
        <message>
            <source>Ask the staff</source>
            <translation>اطلب من الموظفين</translation>
        </message>
        <message>
            <source>Hold it to the reader</source>
            <translation>قرّبها من القارئ</translation>
        </message>
        <message>
            <source>You say whether it is you</source>
            <translation>أنت تؤكد أن هذا أنت</translation>
        </message>
        <message>
            <source>It shows a code on your phone</source>
            <translation>يعرض رمزًا على هاتفك</translation>
        </message>
        <message>
            <source>With a passkey that is on it</source>
            <translation>بمفتاح مرور عليه</translation>
        </message>
        <message>
            <source>Show your badge to the camera</source>
            <translation>ضع بطاقتك أمام الكاميرا</translation>
        </message>
        <message>
            <source>Staff number</source>
            <translation>الرقم الوظيفي</translation>
        </message>
        <message>
            <source>Department</source>
            <translation>القسم</translation>
        </message>
        <message>
            <source>Phone number</source>
            <translation>رقم الهاتف</translation>
        </message>
        <message>
            <source>Work email</source>
            <translation>بريد العمل الإلكتروني</translation>
        </message>
        <message>
            <source>We sent it by text to the number on file.</source>
            <translation>أرسلناه برسالة نصية إلى الرقم المسجّل لدينا.</translation>
        </message>
        <message>
            <source>Sending the code to your phone…</source>
            <translation>جارٍ إرسال الرمز إلى هاتفك…</translation>
        </message>
        <message>
            <source>You noted them when you set up the app. Each one works once.</source>
            <translation>دوّنتها عند إعداد التطبيق. يعمل كل رمز مرة واحدة.</translation>
        </message>
        <message>
            <source>Use my app</source>
            <translation>استخدام تطبيقي</translation>
        </message>
        <message>
            <source>It shows 6 digits</source>
            <translation>يعرض 6 أرقام</translation>
        </message>
        <message>
            <source>The reader is below this screen.</source>
            <translation>القارئ أسفل هذه الشاشة.</translation>
        </message>
        <message>
            <source>The reader is to the left of this screen.</source>
            <translation>القارئ على يسار هذه الشاشة.</translation>
        </message>
        <message>
            <source>The reader is to the right of this screen.</source>
            <translation>القارئ على يمين هذه الشاشة.</translation>
        </message>
        <message>
            <source>The reader is beside the screen.</source>
            <translation>القارئ بجانب الشاشة.</translation>
        </message>
        <message>
            <source>We mailed it to &lt;b&gt;{address}&lt;/b&gt;.</source>
            <translation>أرسلناه بالبريد إلى &lt;b&gt;{address}&lt;/b&gt;.</translation>
        </message>
        <message>
            <source>We sent it by text to &lt;b&gt;{address}&lt;/b&gt;.</source>
            <translation>أرسلناه برسالة نصية إلى &lt;b&gt;{address}&lt;/b&gt;.</translation>
        </message>
    </context>
    <context>
        <name>Welcome</name>
        <message>
            <source>About 2 minutes. You need your key.</source>
            <translation>نحو دقيقتين. ستحتاج إلى مفتاحك.</translation>
        </message>
        <message>
            <source>Language</source>
            <translation>اللغة</translation>
        </message>
        <message>
            <source>About 2 minutes. You need your key and your work email.</source>
            <translation>نحو دقيقتين. ستحتاج إلى مفتاحك وبريد عملك.</translation>
        </message>
        <message>
            <source>Set up your security key</source>
            <translation>إعداد مفتاح الأمان</translation>
        </message>
        <message>
            <source>Start</source>
            <translation>ابدأ</translation>
        </message>
        <message>
            <source>Here you set up a new security key, so that you can sign in with it.</source>
            <translation>هنا تُعدّ مفتاح أمان جديدًا لتسجّل الدخول به.</translation>
        </message>
        <message>
            <source>You need the key, and a way to show who you are.</source>
            <translation>تحتاج إلى المفتاح، وإلى ما يثبت من أنت.</translation>
        </message>
    </context>
    <context>
        <name>Working</name>
        <message>
            <source>Put a finger on the disc or the blinking light.</source>
            <translation>ضع إصبعك على القرص أو الضوء الوامض.</translation>
        </message>
        <message>
            <source>We are waiting for &lt;b&gt;{party}&lt;/b&gt;. Leave the key in the slot.</source>
            <translation>ننتظر &lt;b&gt;{party}&lt;/b&gt;. اترك المفتاح في المنفذ.</translation>
        </message>
        <message>
            <source>Testing your key</source>
            <translation>جارٍ اختبار مفتاحك</translation>
        </message>
        <message>
            <source>Nothing to do. The next screen opens by itself.</source>
            <translation>لا شيء عليك فعله. ستُفتح الشاشة التالية تلقائيًا.</translation>
        </message>
        <message>
            <source>Go on without it</source>
            <translation>المتابعة من دونها</translation>
        </message>
        <message>
            <source>We are making sure</source>
            <translation>نحن نتأكد</translation>
        </message>
        <message>
            <source>Touch your key once more</source>
            <translation>المس مفتاحك مرة أخرى</translation>
        </message>
        <message>
            <source>Adding your key</source>
            <translation>جارٍ إضافة مفتاحك</translation>
        </message>
        <message>
            <source>Finishing your key</source>
            <translation>جارٍ إتمام مفتاحك</translation>
        </message>
        <message>
            <source>Giving it the rules of your organization</source>
            <translation>جارٍ تطبيق قواعد مؤسستك عليه</translation>
        </message>
        <message>
            <source>Done</source>
            <translation>تم</translation>
        </message>
        <message>
            <source>Now</source>
            <translation>الآن</translation>
        </message>
        <message>
            <source>Next</source>
            <translation>التالي</translation>
        </message>
        <message>
            <source>Leave the key in the slot. Nothing is lost.</source>
            <translation>اترك المفتاح في الفتحة. لم يضع شيء.</translation>
        </message>
        <message>
            <source>Leave the key in the slot. This takes a few seconds.</source>
            <translation>اترك المفتاح في الفتحة. يستغرق هذا بضع ثوانٍ.</translation>
        </message>
        <message>
            <source>A last look at the key</source>
            <translation>نظرة أخيرة على المفتاح</translation>
        </message>
        <message>
            <source>The kiosk tries a sign-in with your key, to be sure that it works.</source>
            <translation>يجرّب الجهاز الدخول بمفتاحك ليتأكد من أنه يعمل.</translation>
        </message>
        <message>
            <source>Trying a sign-in with your key</source>
            <translation>جارٍ تجربة الدخول بمفتاحك</translation>
        </message>
        <message>
            <source>We try again in {time}</source>
            <translation>سنحاول مجددًا بعد {time}</translation>
        </message>
        <message>
            <source>{party} works</source>
            <translation>{party} يعمل</translation>
        </message>
        <message>
            <source>Adding your key to {party}</source>
            <translation>جارٍ إضافة مفتاحك إلى {party}</translation>
        </message>
    </context>
</TS>

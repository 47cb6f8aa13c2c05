<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
    <context>
        <name>CodeBoxes</name>
        <message numerus="yes">
            <source>The code, %n digits</source>
            <translation>
                <numerusform>The code, %n digit</numerusform>
                <numerusform>The code, %n digits</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>CodeSheet</name>
        <message numerus="yes">
            <source>%n recovery codes. They are not read aloud by themselves.</source>
            <translation>
                <numerusform>%n recovery code. It is not read aloud by itself.</numerusform>
                <numerusform>%n recovery codes. They are not read aloud by themselves.</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>Desk</name>
        <message numerus="yes">
            <source>%n keys got a random PIN that never reached its owner: nobody knows it. Wipe them.</source>
            <translation>
                <numerusform>%n key got a random PIN that never reached its owner: nobody knows it. Wipe it.</numerusform>
                <numerusform>%n keys got a random PIN that never reached its owner: nobody knows it. Wipe them.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>and %n more</source>
            <translation>
                <numerusform>and %n more</numerusform>
                <numerusform>and %n more</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>Finger</name>
        <message numerus="yes">
            <source>%n more touch(es)</source>
            <translation>
                <numerusform>%n more touch</numerusform>
                <numerusform>%n more touches</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>IdleDialog</name>
        <message numerus="yes">
            <source>In %n second(s) this screen starts over and forgets what you typed.</source>
            <translation>
                <numerusform>In %n second this screen starts over and forgets what you typed.</numerusform>
                <numerusform>In %n seconds this screen starts over and forgets what you typed.</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>Key</name>
        <message numerus="yes">
            <source>room for %n more</source>
            <translation>
                <numerusform>room for %n more</numerusform>
                <numerusform>room for %n more</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>Language</name>
        <message>
            <source>English</source>
            <translation>English</translation>
        </message>
    </context>
    <context>
        <name>Messages</name>
        <message numerus="yes">
            <source>%n second(s)</source>
            <translation>
                <numerusform>%n second</numerusform>
                <numerusform>%n seconds</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n try(s) left.</source>
            <translation>
                <numerusform>%n try left.</numerusform>
                <numerusform>%n tries left.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n hour(s)</source>
            <translation>
                <numerusform>%n hour</numerusform>
                <numerusform>%n hours</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n minute(s)</source>
            <translation>
                <numerusform>%n minute</numerusform>
                <numerusform>%n minutes</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>Notes</name>
        <message numerus="yes">
            <source>For staff: %n keys have a PIN that nobody knows.</source>
            <translation>
                <numerusform>For staff: %n key has a PIN that nobody knows.</numerusform>
                <numerusform>For staff: %n keys have a PIN that nobody knows.</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>Phone</name>
        <message numerus="yes">
            <source>The code works for %n more second(s).</source>
            <translation>
                <numerusform>The code works for %n more second.</numerusform>
                <numerusform>The code works for %n more seconds.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>The code works for about %n minute(s).</source>
            <translation>
                <numerusform>The code works for about %n minute.</numerusform>
                <numerusform>The code works for about %n minutes.</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>Pin</name>
        <message numerus="yes">
            <source>You have %n tries left.</source>
            <translation>
                <numerusform>You have %n try left.</numerusform>
                <numerusform>You have %n tries left.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n digits or more</source>
            <translation>
                <numerusform>%n digit or more</numerusform>
                <numerusform>%n digits or more</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n characters at most</source>
            <translation>
                <numerusform>%n character at most</numerusform>
                <numerusform>%n characters at most</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>Reset</name>
        <message numerus="yes">
            <source>%n sign-in(s), and the PIN.</source>
            <translation>
                <numerusform>%n sign-in, and the PIN.</numerusform>
                <numerusform>%n sign-ins, and the PIN.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Then touch it at once. There are only %n second(s).</source>
            <translation>
                <numerusform>Then touch it at once. There is only %n second.</numerusform>
                <numerusform>Then touch it at once. There are only %n seconds.</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>SelectKey</name>
        <message numerus="yes">
            <source>%n keys are in.</source>
            <translation>
                <numerusform>%n key is in.</numerusform>
                <numerusform>%n keys are in.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>and %n more</source>
            <translation>
                <numerusform>and %n more</numerusform>
                <numerusform>and %n more</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>Touch</name>
        <message numerus="yes">
            <source>%n second(s) left</source>
            <translation>
                <numerusform>%n second left</numerusform>
                <numerusform>%n seconds left</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>Verify</name>
        <message numerus="yes">
            <source>in %n seconds</source>
            <translation>
                <numerusform>in %n second</numerusform>
                <numerusform>in %n seconds</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>It works for %n minutes.</source>
            <translation>
                <numerusform>It works for %n minute.</numerusform>
                <numerusform>It works for %n minutes.</numerusform>
            </translation>
        </message>
    </context>
</TS>
